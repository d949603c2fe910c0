// The text of a proposal as the user has left it.
import { stripByteOrderMark } from "./proposalFiles";

/**
 * The verbatim proposal if the user changed nothing: the editor normalizes line endings and drops the byte order mark.
 */
export function finalContent(proposed: string, edited: string): string {
  const proposedText = stripByteOrderMark(proposed);
  const byteOrderMark = proposed.slice(
    0,
    proposed.length - proposedText.length,
  );
  const editedText = stripByteOrderMark(edited);
  const normalize = (text: string): string => text.replaceAll(/\r\n?/g, "\n");
  return normalize(proposedText) === normalize(editedText)
    ? proposed
    : byteOrderMark + editedText;
}
