// Cuts text to a size in bytes.

/** As much of the text as fits into `maxBytes` of UTF-8, never half a character. */
export function truncate(text: string, maxBytes: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(maxBytes));
  return text.slice(0, read);
}
