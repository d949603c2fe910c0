import { pathToFileURL } from "node:url";
import * as z from "zod/mini";
import { defineTool, json } from "./tool";

export const getWorkspaceFolders = defineTool({
  name: "getWorkspaceFolders",
  description: "The folders of this worktree that are open in the editor.",
  isReadOnly: true,
  input: z.strictObject({}),
  run: (_input, { folders, worktree }) =>
    json({
      success: true,
      folders: folders.map(({ name, path }) => ({
        name,
        uri: pathToFileURL(path).href,
        path,
      })),
      rootPath: worktree,
    }),
});
