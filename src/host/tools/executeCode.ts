import * as z from "zod/mini";
import { unwrap } from "../../core/outcome";
import { defineTool, text } from "./tool";

export const executeCode = defineTool({
  name: "executeCode",
  description:
    "Runs Python code in the kernel of the Jupyter notebook that is open in the editor, after the user has agreed.",
  input: z.strictObject({ code: z.string() }),
  async run({ code }, { editor, worktree }) {
    return text(unwrap(await editor.executeCode(worktree, code)));
  },
});
