// Changes that the editor works out and the user decides on, file by file, before anything is written.
import * as z from "zod/mini";
import { noChange } from "../../../core/operationErrors";
import { UserError } from "../../../core/errors";
import { unwrap } from "../../../core/outcome";
import type { ChangedFile } from "../../operationsContract";
import { checkSize } from "../openDiff";
import { type CallerContext, defineTool, json } from "../tool";
import { countedFromZero, place, range } from "./positions";

export const rename = defineTool({
  name: "rename",
  description: `Renames the symbol at a place everywhere. The user reviews a diff of each file; what is accepted is saved. ${countedFromZero}`,
  input: z.strictObject({
    ...place,
    newName: z.string().check(z.minLength(1)),
  }),
  async run(input, context, cancelled) {
    const { filePath, line, character, newName } = input;
    const changed = await context.operate("rename", {
      path: context.resolve(filePath),
      position: { line, character },
      newName,
    });
    return review(`Rename to ${newName}`, changed, context, cancelled);
  },
});

export const listCodeActions = defineTool({
  name: "listCodeActions",
  description: `The titles of the quick fixes and refactorings that the editor offers for a range. It works out problems, and so their quick fixes, for files that are open in it: see openFile. ${countedFromZero}`,
  isReadOnly: true,
  input: z.strictObject({ filePath: z.string(), range }),
  async run({ filePath, range: asked }, { resolve, operate }) {
    const path = resolve(filePath);
    const titles = await operate("codeActions", { path, range: asked });
    return json({ titles });
  },
});

export const applyCodeAction = defineTool({
  name: "applyCodeAction",
  description: `Applies a quick fix or refactoring, by its title of listCodeActions. The user reviews a diff of each file; what is accepted is saved. ${countedFromZero}`,
  input: z.strictObject({ filePath: z.string(), range, title: z.string() }),
  async run({ filePath, range: asked, title }, context, cancelled) {
    const path = context.resolve(filePath);
    const changed = await context.operate("codeAction", {
      path,
      range: asked,
      title,
    });
    return review(title, changed, context, cancelled);
  },
});

export const formatFile = defineTool({
  name: "formatFile",
  description:
    "Formats a file with the editor's formatter. The user reviews a diff; if it is accepted it is saved.",
  input: z.strictObject({ filePath: z.string() }),
  async run({ filePath }, context, cancelled) {
    const path = context.resolve(filePath);
    const changed = await context.operate("format", { path });
    return review("Format", changed, context, cancelled);
  },
});

/** All are shown at once, and each is written when it is accepted. */
async function review(
  title: string,
  changed: readonly ChangedFile[],
  context: CallerContext,
  cancelled: AbortSignal,
) {
  const { propose, operate } = context;
  if (changed.length === 0) throw noChange(title);
  for (const { path, contents } of changed) {
    // Throws for what belongs to another instance: half of a change is none.
    context.resolve(path);
    checkSize(path, contents);
  }
  const decisions = await Promise.all(
    changed.map(async ({ path, contents }) => {
      try {
        const outcome = await propose(
          `${title}: ${path}`,
          { oldPath: path, newPath: path, contents, takesReason: true },
          cancelled,
        );
        const decision = unwrap(outcome);
        if (decision.kind === "rejected")
          return {
            filePath: path,
            decision: "rejected",
            reason: decision.reason,
          };
        await operate("write", { path, contents: decision.content });
        return { filePath: path, decision: "accepted" };
      } catch (error) {
        // The others are decided all the same.
        if (!(error instanceof UserError)) throw error;
        const reason = error.message;
        return { filePath: path, decision: "failed", reason };
      }
    }),
  );
  return json({ files: decisions });
}
