// Checks for unsaved changes in the editor, and saves them.
import * as z from "zod/mini";
import { defineTool, json } from "./tool";

const input = z.strictObject({ filePath: z.string() });

export const checkDocumentDirty = defineTool({
  name: "checkDocumentDirty",
  description: "Whether a file has unsaved changes in the editor.",
  isReadOnly: true,
  input,
  async run({ filePath }, { resolve, editor }) {
    const file = resolve(filePath);
    const state = await editor.readDocument(file);
    return json(
      state ? { success: true, filePath: file, ...state } : notOpen(file),
    );
  },
});

export const saveDocument = defineTool({
  name: "saveDocument",
  description: "Saves the unsaved changes of a file.",
  input,
  async run({ filePath }, { resolve, editor }) {
    const file = resolve(filePath);
    const saved = await editor.saveDocument(file);
    if (saved === null) return json(notOpen(file));
    return json({
      success: saved,
      filePath: file,
      saved,
      message: saved ? "Saved." : "It could not be saved.",
    });
  },
});

function notOpen(file: string) {
  return { success: false, message: `${file} is not open in the editor.` };
}
