/** One word of a POSIX shell's line, which it reads as it is. */
export function quoteForSh(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
