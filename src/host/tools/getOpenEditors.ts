import path from "node:path";
import * as z from "zod/mini";
import { defineTool, json } from "./tool";

export const getOpenEditors = defineTool({
  name: "getOpenEditors",
  description: "The files of this worktree that are open in editor tabs.",
  isReadOnly: true,
  input: z.strictObject({}),
  run: (_input, { view }) =>
    json({
      tabs: view.tabs.map(({ path: file, ...tab }) => ({
        ...tab,
        fileName: file ?? path.basename(tab.label),
        ...(tab.isActive &&
          view.selection?.path === file && { selection: view.selection.range }),
      })),
    }),
});
