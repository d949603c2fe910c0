// What backends have written: one log for each name in each worktree, which goes on after restarts and changed definitions.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Disposable } from "../../core/lifetime";
import type { BackendName } from "../../host/backendContract";
import { RotatingFile } from "../rotatingFile";

type Listener = (lines: string) => void;

/** Characters that are shown at once. */
const RECENT = 200_000;

export class BackendLogs {
  /** By file. */
  readonly #listeners = new Map<string, Set<Listener>>();

  /** `directory` is the caller's to make. */
  constructor(private readonly directory: string) {}

  /** Where its lines go. */
  sink(owner: BackendName): Listener {
    const file = new RotatingFile(this.#file(owner));
    return (lines) => {
      file.append(lines);
      for (const listener of this.#listeners.get(file.file) ?? [])
        listener(lines);
    };
  }

  /** The last of what it has written; empty if that is nothing. At once, so that who follows it from then on misses nothing. */
  recent(owner: BackendName): string {
    try {
      return readFileSync(this.#file(owner), "utf8").slice(-RECENT);
    } catch {
      return "";
    }
  }

  /** `listener` is told of whole lines. The caller disposes it. */
  follow(owner: BackendName, listener: Listener): Disposable {
    const file = this.#file(owner);
    const listeners = this.#listeners.get(file) ?? new Set();
    this.#listeners.set(file, listeners.add(listener));
    return {
      dispose: () => {
        listeners.delete(listener);
        if (listeners.size === 0) this.#listeners.delete(file);
      },
    };
  }

  #file({ worktree, name }: BackendName): string {
    const hash = createHash("sha256").update(worktree).digest("hex");
    return path.join(this.directory, `${name}-${hash.slice(0, 16)}.log`);
  }
}
