// The text of files as the editor has it, unsaved changes included.
import * as z from "zod/mini";
import { defineTool, json } from "../tool";
import { countedFromZero, range } from "./positions";

export const readBuffer = defineTool({
  name: "readBuffer",
  description: `The text of a file as the editor has it, with unsaved changes. ${countedFromZero} Without lines it is the whole file; lastLine is included.`,
  isReadOnly: true,
  input: z.strictObject({
    filePath: z.string(),
    firstLine: z.optional(z.int().check(z.gte(0))),
    lastLine: z.optional(z.int().check(z.gte(0))),
  }),
  async run({ filePath, firstLine = 0, lastLine }, { resolve, operate }) {
    const path = resolve(filePath);
    const asks = { path, firstLine, lastLine };
    return json({ filePath: path, ...(await operate("readBuffer", asks)) });
  },
});

export const replaceBuffer = defineTool({
  name: "replaceBuffer",
  description: `Changes the text of a file in the editor, without saving it: the user sees unsaved changes, and can undo them. ${countedFromZero} Without a range an edit replaces the whole text. With expectedVersion (of readBuffer) nothing is changed if the user has typed since.`,
  input: z.strictObject({
    filePath: z.string(),
    edits: z.array(
      z.strictObject({ range: z.optional(range), text: z.string() }),
    ),
    expectedVersion: z.optional(z.int()),
  }),
  async run({ filePath, edits, expectedVersion }, { resolve, operate }) {
    const path = resolve(filePath);
    const state = await operate("replaceBuffer", {
      path,
      edits: edits.map((edit) => ({
        range: edit.range ?? null,
        text: edit.text,
      })),
      version: expectedVersion,
    });
    return json({ filePath: path, ...state });
  },
});
