import * as z from "zod/mini";
import { defineTool, json } from "./tool";

export const getDiagnostics = defineTool({
  name: "getDiagnostics",
  description:
    "Problems that the editor's language services report, of one file or of the whole worktree.",
  input: z.strictObject({
    /** A file: URI or a path; absent or empty: every file. */
    uri: z.optional(z.string()),
  }),
  run({ uri }, { diagnostics, resolve }) {
    const files = uri ? diagnostics.ofFile(resolve(uri)) : diagnostics.all();
    return json(files.map(({ uri, diagnostics }) => ({ uri, diagnostics })));
  },
});
