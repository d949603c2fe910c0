// The two selection tools, which differ only in what they return while no text editor of the worktree is active.
import * as z from "zod/mini";
import {
  noCurrentSelection,
  noLatestSelection,
} from "../../core/messages/tools";
import type { EditorSelection } from "../editorStateContract";
import { defineTool, json } from "./tool";

export const getCurrentSelection = defineTool({
  name: "getCurrentSelection",
  description: "The text selected in the active editor.",
  isReadOnly: true,
  input: z.strictObject({}),
  run: (_input, { view }) => answer(view.selection, noCurrentSelection),
});

export const getLatestSelection = defineTool({
  name: "getLatestSelection",
  description:
    "The text selected last, also when something else is active now.",
  isReadOnly: true,
  input: z.strictObject({}),
  run: (_input, { view }) => answer(view.latestSelection, noLatestSelection),
});

function answer(selection: EditorSelection | null, emptyMessage: string) {
  return json(
    selection
      ? { success: true, ...describeSelection(selection) }
      : { success: false, message: emptyMessage },
  );
}

/** The shape that Claude Code reads, in tool results and in `selection_changed`. */
export function describeSelection({
  text,
  path,
  uri,
  range: { start, end },
}: EditorSelection) {
  return {
    text,
    filePath: path,
    fileUrl: uri,
    selection: {
      start,
      end,
      isEmpty: start.line === end.line && start.character === end.character,
    },
  };
}
