// The params of `ide/contextUpdate`: the open files, with cursor and selection in the active one.
import type { EditorView } from "../../view/editorView";

/** The agents drop anything beyond these limits. */
const MAX_FILES = 10;
const MAX_SELECTED = 16 * 1024;

export function describeContext(view: EditorView) {
  const { isTrusted, selection, recentFiles } = view;
  const openFiles = recentFiles
    .slice(0, MAX_FILES)
    .map(({ path, isActive, lastActiveAt: timestamp }) => {
      if (!isActive || selection?.path !== path)
        return { path, timestamp, isActive };
      const { line, character } = selection.range.end;
      return {
        path,
        timestamp,
        isActive,
        // 1-based.
        cursor: { line: line + 1, character: character + 1 },
        ...(selection.text !== "" && {
          selectedText: selection.text.slice(0, MAX_SELECTED),
        }),
      };
    });
  return { workspaceState: { isTrusted, openFiles } };
}
