// Draws a sentence over the screen of a program running in this terminal, without disturbing the program.
import { toPrintable } from "../core/worktrees/names";

/** Draws over the top lines and restores the cursor, so the program continues below. */
export function drawOverlay(sentence: string): void {
  // Without a terminal, for example in a pipe, there is no size.
  const { columns = 80, rows = 24 } = process.stdout as Partial<
    typeof process.stdout
  >;
  const lines = wrap(toPrintable(sentence), columns - 2).slice(0, rows);
  const drawn = lines.map(
    (line, index) =>
      `\x1b[${index + 1};1H\x1b[7m ${line.padEnd(columns - 2)} \x1b[0m`,
  );
  process.stdout.write(`\x1b7${drawn.join("")}\x1b8`);
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word.slice(0, width));
  }
  return lines;
}
