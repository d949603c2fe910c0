// Notices when a worktree appears, disappears or changes branch: by the events of a few directories, and by looking at
// the files themselves every few seconds, since events get lost. Any change only means "ask git again".
import { type FSWatcher, watch } from "node:fs";
import path from "node:path";
import type { Log } from "../../core/log";
import { noticedByLooking } from "../../core/messages/git";
import type { Worktree } from "../../core/worktrees/worktree";
import { Fingerprints } from "./fingerprints";
import { watchedPlaces, type WatchedPlaces } from "./watchedPlaces";

/** Milliseconds; git renames several files for one change. */
const COALESCE_FOR = 40;
/** Milliseconds between two looks. */
const LOOK_EVERY = 5_000;
/** Milliseconds after an event: git may take longer for what it began with it. */
const LOOK_AFTER_EVENT = [250, 1_000];

export class WorktreeWatcher {
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #fingerprints = new Fingerprints();
  readonly #looking: NodeJS.Timeout;
  #places: WatchedPlaces = { directories: new Map(), files: new Map() };
  #notifying: NodeJS.Timeout | undefined;
  #looks: NodeJS.Timeout[] = [];
  /** By the monotonic clock. */
  #lastEventAt = -LOOK_EVERY;
  #hasSaidSo = false;

  /** `isOutdated`: the last answers of git and the disk do not fit, although nothing has changed since it was asked. */
  constructor(
    private readonly onDidChange: () => void,
    private readonly isOutdated: () => Promise<boolean>,
    private readonly log: Log,
  ) {
    this.#looking = setInterval(() => void this.#look(), LOOK_EVERY);
  }

  /** Call it before git is asked: what changes from then on is noticed. */
  async remember(): Promise<void> {
    await this.#fingerprints.take(this.#places.files);
  }

  /** Replaces what is watched. The folders may be missing and come back. */
  watch(worktrees: readonly Worktree[], folders: readonly string[]): void {
    this.#places = watchedPlaces(worktrees, folders);
    const { directories, files } = this.#places;
    void this.#fingerprints.extend(files);
    for (const [directory, watcher] of this.#watchers)
      if (!directories.has(directory)) {
        watcher.close();
        this.#watchers.delete(directory);
      }
    for (const directory of directories.keys())
      if (!this.#watchers.has(directory)) this.#open(directory);
  }

  dispose(): void {
    clearInterval(this.#looking);
    clearTimeout(this.#notifying);
    for (const look of this.#looks) clearTimeout(look);
    this.watch([], []);
  }

  #open(directory: string): void {
    try {
      const watcher = watch(directory, (event, name) => {
        // The directory itself was moved or removed; whatever replaces it needs a new watcher.
        if (event === "rename" && name === path.basename(directory)) unwatch();
        const names = this.#places.directories.get(directory);
        if (name === null || names === "any" || names?.has(name))
          this.#noteEvent();
      });
      const unwatch = () => {
        watcher.close();
        this.#watchers.delete(directory);
        this.#noteEvent();
      };
      watcher.on("error", unwatch);
      this.#watchers.set(directory, watcher);
    } catch {
      // Missing, or no more watches to be had: a look notices it.
    }
  }

  #noteEvent(): void {
    this.#lastEventAt = performance.now();
    this.#notifying ??= setTimeout(() => {
      this.#notifying = undefined;
      this.onDidChange();
    }, COALESCE_FOR);
    for (const look of this.#looks) clearTimeout(look);
    this.#looks = LOOK_AFTER_EVENT.map((delay) =>
      setTimeout(() => void this.#look(), delay),
    );
  }

  async #look(): Promise<void> {
    const changed = await this.#fingerprints.changed(this.#places.files);
    if (changed === undefined && !(await this.isOutdated())) return;
    if (this.#notifying) return;
    const isQuiet = performance.now() - this.#lastEventAt > LOOK_EVERY / 2;
    if (changed !== undefined && isQuiet && !this.#hasSaidSo) {
      this.#hasSaidSo = true;
      this.log.info(noticedByLooking(changed));
    }
    this.onDidChange();
  }
}
