// Diffs as Gemini CLI and Qwen Code ask for them: named by their file, and the decision comes as a notification.
import * as z from "zod/mini";
import { messageOf } from "../../../core/errors";
import type { DiffDecision } from "../../contract";
import { openDiff as commonOpenDiff } from "../../tools/openDiff";
import { defineTool, json, type Tool } from "../../tools/tool";
import type { Notification, SessionSide } from "../mcp/extension";

export function diffTools({ notify, log }: SessionSide): Tool[] {
  /** The diff of each file whose decision is to be told; one that was replaced or closed in silence is not here. */
  const awaited = new Map<string, symbol>();

  const openDiff = defineTool({
    name: "openDiff",
    description: "Shows a proposed change; the decision is a notification.",
    input: z.strictObject({ filePath: z.string(), newContent: z.string() }),
    run({ filePath, newContent }, context) {
      const { resolve, diffs, worktree, agent, instance } = context;
      const file = resolve(filePath);
      const id = Symbol(file);
      awaited.set(file, id);
      const diff = { worktree, agent, instance, contents: newContent };
      diffs
        .open(file, { ...diff, oldPath: file, newPath: file })
        .then((outcome) => {
          if (awaited.get(file) !== id) return;
          awaited.delete(file);
          if (outcome.kind === "done") notify(tell(filePath, outcome.value));
          // Of a diff that could not be shown nothing is said: the agent's own question in the terminal stays.
          else log.warn(outcome.message);
        })
        .catch((error: unknown) => {
          log.error(`A diff got lost: ${messageOf(error)}`);
        });
      return { content: [] };
    },
  });

  const closeDiff = defineTool({
    name: "closeDiff",
    description:
      "Takes back a change that was shown with openDiff, and returns it as it then stood.",
    input: z.strictObject({
      filePath: z.string(),
      suppressNotification: z.optional(z.boolean()),
    }),
    async run({ filePath, suppressNotification }, { resolve, diffs }) {
      const file = resolve(filePath);
      if (suppressNotification) awaited.delete(file);
      return json({ content: await diffs.close(file) });
    },
  });

  // What is listed is the common tool, which other MCP clients can use without knowing any notification.
  const either: Tool = {
    ...commonOpenDiff,
    run: (input, context) =>
      (isCompanions(input) ? openDiff : commonOpenDiff).run(input, context),
  };
  return [either, closeDiff];
}

function isCompanions(input: unknown): boolean {
  return typeof input === "object" && input !== null && "filePath" in input;
}

function tell(filePath: string, decision: DiffDecision): Notification {
  return decision.kind === "accepted"
    ? {
        method: "ide/diffAccepted",
        params: { filePath, content: decision.content },
      }
    : { method: "ide/diffRejected", params: { filePath } };
}
