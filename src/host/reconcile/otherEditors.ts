// The lock files of other editors in one directory, as they come and go.
import { watch } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { Lifetime } from "../../core/lifetime";
import type { LockFiles, OtherEditor } from "../../core/registry/lockFiles";

/** Milliseconds: events may get lost, and an editor that is killed leaves its file. */
const LOOK_EVERY = 5_000;

export class OtherEditors {
  readonly #lifetime = new Lifetime();
  #list: readonly OtherEditor[] = [];
  #isWatching = false;
  #looking: Promise<void> | undefined;

  /** The caller disposes it. */
  constructor(
    private readonly files: LockFiles,
    private readonly onDidChange: () => void,
  ) {
    const timer = setInterval(() => void this.look(), LOOK_EVERY);
    this.#lifetime.defer(() => {
      clearInterval(timer);
    });
    void this.look();
  }

  /** The same object for as long as nothing has changed. */
  get list(): readonly OtherEditor[] {
    return this.#list;
  }

  /** Reads them again. One that has come while they were read is seen by the next look. */
  look(): Promise<void> {
    return (this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    }));
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }

  async #look(): Promise<void> {
    if (!this.#isWatching) this.#watch();
    const list = await this.files.readOthers();
    if (this.#lifetime.isEnded || isDeepStrictEqual(list, this.#list)) return;
    this.#list = list;
    this.onDidChange();
  }

  /** Does nothing while there is no such directory. */
  #watch(): void {
    try {
      const watcher = watch(this.files.directory, () => void this.look());
      this.#isWatching = true;
      watcher.on("error", () => {
        this.#isWatching = false;
        watcher.close();
      });
      this.#lifetime.defer(() => {
        watcher.close();
      });
    } catch {
      this.#isWatching = false;
    }
  }
}
