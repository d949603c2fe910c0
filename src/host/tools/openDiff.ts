import * as z from "zod/mini";
import { proposalTooLarge } from "../../core/errors";
import { unwrap } from "../../core/outcome";
import { defineTool, jsonBytes, MAX_ANSWER_BYTES, text } from "./tool";

/** The answer carries the contents back, with up to a megabyte that the user adds to them. */
export const MAX_PROPOSAL_BYTES = MAX_ANSWER_BYTES - 1024 * 1024;

export const openDiff = defineTool({
  name: "openDiff",
  description:
    "Shows a proposed change and waits until the user accepts or rejects it. The caller writes the file.",
  input: z.strictObject({
    old_file_path: z.string(),
    new_file_path: z.string(),
    new_file_contents: z.string(),
    tab_name: z.string(),
  }),
  async run(input, context, cancelled) {
    const { resolve, diffs, worktree, agent, nameFor } = context;
    const oldPath = resolve(input.old_file_path);
    const newPath = resolve(input.new_file_path);
    checkSize(newPath, input.new_file_contents);
    const outcome = await diffs.open(
      input.tab_name,
      {
        worktree,
        agent,
        instance: nameFor(newPath),
        oldPath,
        newPath,
        contents: input.new_file_contents,
      },
      cancelled,
    );
    const decision = unwrap(outcome);
    // Claude Code expects exactly these answers; TAB_CLOSED would mean that the change is accepted.
    return decision.kind === "accepted"
      ? text("FILE_SAVED", decision.content)
      : text("DIFF_REJECTED", input.tab_name);
  },
});

/** Throws a UserError if the proposal is too large to be sent back. */
export function checkSize(path: string, contents: string): void {
  if (
    contents.length > MAX_PROPOSAL_BYTES ||
    jsonBytes(contents) > MAX_PROPOSAL_BYTES
  )
    throw proposalTooLarge(path, MAX_PROPOSAL_BYTES);
}
