import * as z from "zod/mini";
import { answerTooLarge } from "../../core/errors";
import type { FileDiagnostics } from "../editorStateContract";
import { defineTool, json, MAX_ANSWER_BYTES } from "./tool";

/** About how many bytes a problem takes without its message, as JSON in JSON. */
const PROBLEM_BYTES = 200;

export const getDiagnostics = defineTool({
  name: "getDiagnostics",
  description:
    "Problems that the editor's language services report, of one file or of the whole worktree.",
  isReadOnly: true,
  input: z.strictObject({
    /** A file: URI or a path; absent or empty: every file. */
    uri: z.optional(z.string()),
  }),
  run({ uri }, { diagnostics, resolve }) {
    const files = uri ? diagnostics.ofFile(resolve(uri)) : diagnostics.all();
    // Known before the JSON of tens of thousands of problems is made in vain.
    if (estimateBytes(files) > MAX_ANSWER_BYTES)
      throw answerTooLarge("getDiagnostics", MAX_ANSWER_BYTES);
    return json(files.map(({ uri, diagnostics }) => ({ uri, diagnostics })));
  },
});

function estimateBytes(files: readonly FileDiagnostics[]): number {
  let bytes = 0;
  for (const { diagnostics } of files)
    for (const { message } of diagnostics)
      bytes += PROBLEM_BYTES + message.length;
  return bytes;
}
