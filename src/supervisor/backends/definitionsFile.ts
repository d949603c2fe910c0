// backends.json as it is now: read anew when it has changed.
import { stat } from "node:fs/promises";
import path from "node:path";
import { backendsFile, readBackendsFile } from "../../core/backends/configFile";
import type { ParsedBackends } from "../../core/backends/definition";
import { messageOf } from "../../core/errors";
import type { Log } from "../../core/log";

export class DefinitionsFile {
  #current: ParsedBackends = { definitions: [], problems: [] };
  #stamp = "";
  /** One look after the other, so that nobody goes on with what is being replaced. */
  #looking: Promise<unknown> = Promise.resolve();

  constructor(private readonly log: Log) {}

  /** As of the last look. */
  get current(): ParsedBackends {
    return this.#current;
  }

  /** Returns whether it has changed. */
  look(): Promise<boolean> {
    const looked = this.#looking.then(() => this.#look());
    this.#looking = looked;
    return looked;
  }

  async #look(): Promise<boolean> {
    const file = backendsFile();
    // Also of its directory: who may write there decides whether it is read.
    const stamps = await Promise.all([file, path.dirname(file)].map(stampOf));
    const stamp = stamps.join(" ");
    if (stamp === this.#stamp) return false;
    this.#stamp = stamp;
    this.#current = await readBackendsFile(file).catch((error: unknown) => ({
      definitions: [],
      problems: [messageOf(error)],
    }));
    for (const problem of this.#current.problems) this.log.warn(problem);
    return true;
  }
}

async function stampOf(file: string): Promise<string> {
  const found = await stat(file).catch(() => undefined);
  return found
    ? [found.ino, found.mode, found.mtimeMs, found.ctimeMs, found.size].join()
    : "";
}
