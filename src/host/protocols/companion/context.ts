// What the user looks at, as `ide/contextUpdate` says it: the open files, and in the active one the cursor and the selection.
import type { EditorView } from "../../view/editorCopy";

/** More than these the agents drop themselves. */
const MAX_FILES = 10;
const MAX_SELECTED = 16 * 1024;

export function describeContext(view: EditorView) {
  const { isTrusted, selection } = view;
  const openFiles = view
    .recentFiles()
    .slice(0, MAX_FILES)
    .map(({ path, isActive, lookedAt: timestamp }) => {
      if (!isActive || selection?.path !== path)
        return { path, timestamp, isActive };
      const { line, character } = selection.range.end;
      return {
        path,
        timestamp,
        isActive,
        // Counted from 1.
        cursor: { line: line + 1, character: character + 1 },
        ...(selection.text !== "" && {
          selectedText: selection.text.slice(0, MAX_SELECTED),
        }),
      };
    });
  return { workspaceState: { isTrusted, openFiles } };
}
