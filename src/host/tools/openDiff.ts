import * as z from "zod/mini";
import { unwrap } from "../../core/outcome";
import { defineTool, text } from "./tool";

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
    const { resolve, diffs, worktree, agent, instance } = context;
    const outcome = await diffs.open(
      input.tab_name,
      {
        worktree,
        agent,
        instance,
        oldPath: resolve(input.old_file_path),
        newPath: resolve(input.new_file_path),
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
