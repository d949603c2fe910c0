// Rows as columns that fit the terminal.
import stringWidth from "fast-string-width";
import { clean, type Paint } from "./terminal";

export interface Cell {
  readonly text: string;
  readonly paint?: Paint | undefined;
}

const GAP = 2;
/** Columns of the terminal that a shortened cell keeps. */
const LEAST = 8;

/**
 * Lines without trailing space. Where they are wider than `width` (columns; Infinity: no terminal), the widest column is cut, its start
 * first: the end of a path tells more.
 */
export function formatTable(
  rows: readonly (readonly Cell[])[],
  width: number,
): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => widthOf(row[column]?.text ?? ""))),
  );
  shrink(widths, width);
  return rows.map((row) => {
    const cells = row.map(({ text, paint = (same) => same }, column) => {
      const room = widths[column] ?? 0;
      const shown = cutStart(clean(text), room);
      const padding = " ".repeat(room - stringWidth(shown) + GAP);
      return shown === "" ? padding : paint(shown) + padding;
    });
    return cells.join("").trimEnd();
  });
}

function shrink(widths: number[], width: number): void {
  const total = () =>
    widths.reduce((sum, each) => sum + each, GAP * (widths.length - 1));
  for (;;) {
    const excess = total() - width;
    const widest = Math.max(0, ...widths);
    if (excess <= 0 || widest <= LEAST) return;
    widths[widths.lastIndexOf(widest)] = Math.max(LEAST, widest - excess);
  }
}

function widthOf(text: string): number {
  return stringWidth(clean(text));
}

function cutStart(text: string, room: number): string {
  if (stringWidth(text) <= room) return text;
  const letters = Array.from(
    new Intl.Segmenter().segment(text),
    ({ segment }) => segment,
  );
  while (letters.length > 0 && stringWidth(letters.join("")) > room - 1)
    letters.shift();
  return `…${letters.join("")}`;
}
