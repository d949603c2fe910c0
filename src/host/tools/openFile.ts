import * as z from "zod/mini";
import { unwrap } from "../../core/outcome";
import { defineTool, json, text } from "./tool";

export const openFile = defineTool({
  name: "openFile",
  description: "Opens a file of this worktree and selects a part of it.",
  input: z.strictObject({
    filePath: z.string(),
    preview: z._default(z.boolean(), false),
    /** Selects from the first match of startText to the end of the next match of endText; empty means absent. */
    startText: z._default(z.string(), ""),
    endText: z._default(z.string(), ""),
    selectToEndOfLine: z._default(z.boolean(), false),
    makeFrontmost: z._default(z.boolean(), true),
  }),
  async run(input, { resolve, editor }) {
    const filePath = resolve(input.filePath);
    const opened = unwrap(await editor.openFile({ ...input, filePath }));
    return input.makeFrontmost
      ? text(`Opened file: ${filePath}`)
      : json({ success: true, filePath, ...opened });
  },
});
