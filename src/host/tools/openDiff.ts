import * as z from "zod/mini";
import { proposalTooLarge } from "../../core/errors";
import { unwrap } from "../../core/outcome";
import { rejectedBecause } from "../../core/messages/diffs";
import type { DiffDecision } from "../contract";
import {
  type CallerContext,
  defineTool,
  jsonBytes,
  MAX_ANSWER_BYTES,
  text,
} from "./tool";

/** The answer carries the contents back, with up to a megabyte that the user adds to them. */
export const MAX_PROPOSAL_BYTES = MAX_ANSWER_BYTES - 1024 * 1024;

const input = z.strictObject({
  old_file_path: z.string(),
  new_file_path: z.string(),
  new_file_contents: z.string(),
  tab_name: z.string(),
});

export const openDiff = defineTool({
  name: "openDiff",
  description:
    "Shows a proposed change and waits until the user accepts or rejects it. The caller writes the file.",
  input,
  async run(asked, context, cancelled) {
    const decision = await review(asked, context, false, cancelled);
    // Claude Code expects exactly these answers; TAB_CLOSED would mean that the change is accepted.
    return decision.kind === "accepted"
      ? text("FILE_SAVED", decision.content)
      : text("DIFF_REJECTED", asked.tab_name);
  },
});

/** For an agent that passes on to its model whatever the answer says. */
export const openDiffWithReason = defineTool({
  name: openDiff.name,
  description: openDiff.description,
  input,
  async run(asked, context, cancelled) {
    const decision = await review(asked, context, true, cancelled);
    if (decision.kind === "accepted")
      return text("FILE_SAVED", decision.content);
    const { reason } = decision;
    return reason === undefined
      ? text("DIFF_REJECTED", asked.tab_name)
      : text("DIFF_REJECTED", asked.tab_name, rejectedBecause(reason));
  },
});

async function review(
  asked: z.infer<typeof input>,
  { resolve, propose }: CallerContext,
  takesReason: boolean,
  cancelled: AbortSignal,
): Promise<DiffDecision> {
  const oldPath = resolve(asked.old_file_path);
  const newPath = resolve(asked.new_file_path);
  const contents = asked.new_file_contents;
  checkSize(newPath, contents);
  const change = { oldPath, newPath, contents, takesReason };
  return unwrap(await propose(asked.tab_name, change, cancelled));
}

/** Throws a UserError if the proposal is too large to be sent back. */
export function checkSize(path: string, contents: string): void {
  if (
    contents.length > MAX_PROPOSAL_BYTES ||
    jsonBytes(contents) > MAX_PROPOSAL_BYTES
  )
    throw proposalTooLarge(path, MAX_PROPOSAL_BYTES);
}
