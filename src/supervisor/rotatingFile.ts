// A text file that only grows, and starts anew when it has become large: the three latest are kept.
import { appendFileSync, renameSync, statSync } from "node:fs";

/** Bytes. */
const MAX_BYTES = 1024 * 1024;
const KEPT = 3;

export class RotatingFile {
  /** `file` is where the latest lines are; its directory is the caller's. */
  constructor(readonly file: string) {}

  /** Failures are ignored: the disk is full, or the directory is gone, and there is nowhere to report them. */
  append(text: string): void {
    try {
      this.#rotate(Buffer.byteLength(text));
      appendFileSync(this.file, text, { mode: 0o600 });
    } catch {
      // See above.
    }
  }

  #rotate(coming: number): void {
    const size = statSync(this.file, { throwIfNoEntry: false })?.size ?? 0;
    if (size === 0 || size + coming <= MAX_BYTES) return;
    for (let age = KEPT - 1; age > 0; age -= 1)
      if (statSync(this.#name(age - 1), { throwIfNoEntry: false }))
        renameSync(this.#name(age - 1), this.#name(age));
  }

  #name(age: number): string {
    return age === 0 ? this.file : `${this.file}.${age}`;
  }
}
