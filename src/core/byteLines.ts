// Splits bytes into lines, and drops lines that are too long to be what is expected.

const NEWLINE = 0x0a;

export class ByteLines {
  #parts: Buffer[] = [];
  #size = 0;
  #isTooLong = false;

  /** `maxBytes` of one line. */
  constructor(private readonly maxBytes: number) {}

  /** Returns the lines that the chunk completes, and how many were dropped. */
  add(chunk: Buffer): { readonly lines: Buffer[]; readonly dropped: number } {
    const lines: Buffer[] = [];
    let dropped = 0;
    let start = 0;
    for (
      let end = chunk.indexOf(NEWLINE);
      end >= 0;
      end = chunk.indexOf(NEWLINE, start)
    ) {
      this.#keep(chunk.subarray(start, end));
      if (this.#isTooLong) dropped += 1;
      else lines.push(Buffer.concat(this.#parts));
      this.#forget();
      this.#isTooLong = false;
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return { lines, dropped };
  }

  #keep(part: Buffer): void {
    this.#size += part.length;
    if (this.#size > this.maxBytes) this.#isTooLong = true;
    if (this.#isTooLong) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  #forget(): void {
    this.#parts = [];
    this.#size = 0;
  }
}
