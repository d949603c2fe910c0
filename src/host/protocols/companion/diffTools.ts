// Diffs for Gemini CLI and Qwen Code: named by file, with the decision sent as a notification.
import * as z from "zod/mini";
import { messageOf } from "../../../core/errors";
import type { DiffDecision } from "../../contract";
import {
  checkSize,
  openDiffWithReason as commonOpenDiff,
} from "../../tools/openDiff";
import { defineTool, json, type Tool } from "../../tools/tool";
import type { Notification, SessionContext } from "../mcp/extension";

export function diffTools({ notify, log }: SessionContext): Tool[] {
  /** By file, the diff whose decision must be reported; none for a diff that was replaced or closed silently. */
  const unreported = new Map<string, symbol>();

  const openDiff = defineTool({
    name: "openDiff",
    description: "Shows a proposed change; the decision is a notification.",
    input: z.strictObject({ filePath: z.string(), newContent: z.string() }),
    run({ filePath, newContent }, context) {
      const file = context.resolve(filePath);
      checkSize(file, newContent);
      const id = Symbol(file);
      unreported.set(file, id);
      context
        .propose(file, {
          oldPath: file,
          newPath: file,
          contents: newContent,
          takesReason: false,
        })
        .then((outcome) => {
          if (unreported.get(file) !== id) return;
          unreported.delete(file);
          if (outcome.kind === "done")
            notify(decisionNotification(filePath, outcome.value));
          // Report nothing if the diff could not be shown: the agent's own prompt in the terminal stays.
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
      if (suppressNotification) unreported.delete(file);
      return json({ content: await diffs.close(file) });
    },
  });

  // List the common tool, which other MCP clients can use without knowing these notifications.
  const combinedOpenDiff: Tool = {
    ...commonOpenDiff,
    run: (input, context, cancelled) =>
      (isCompanionCall(input) ? openDiff : commonOpenDiff).run(
        input,
        context,
        cancelled,
      ),
  };
  return [combinedOpenDiff, closeDiff];
}

function isCompanionCall(input: unknown): boolean {
  return typeof input === "object" && input !== null && "filePath" in input;
}

function decisionNotification(
  filePath: string,
  decision: DiffDecision,
): Notification {
  return decision.kind === "accepted"
    ? {
        method: "ide/diffAccepted",
        params: { filePath, content: decision.content },
      }
    : { method: "ide/diffRejected", params: { filePath } };
}
