// What backends have written: one log for each name in each worktree, which goes on after restarts and changed definitions.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Disposable } from "../../core/lifetime";
import { RotatingFile } from "../rotatingFile";

/** Whose log it is. */
export interface LogOwner {
  /** Real path. */
  readonly worktree: string;
  readonly name: string;
}

type Listener = (lines: string) => void;

/** Characters that are shown at once. */
const RECENT = 200_000;

export class BackendLogs {
  /** By file. */
  readonly #listeners = new Map<string, Set<Listener>>();

  /** `directory` is the caller's to make. */
  constructor(private readonly directory: string) {}

  /** Where its lines go. */
  sink(owner: LogOwner): Listener {
    const file = new RotatingFile(this.#file(owner));
    return (lines) => {
      file.append(lines);
      for (const listener of this.#listeners.get(file.file) ?? [])
        listener(lines);
    };
  }

  /** The last of what it has written; empty if that is nothing. */
  async recent(owner: LogOwner): Promise<string> {
    const text = await readFile(this.#file(owner), "utf8").catch(() => "");
    return text.slice(-RECENT);
  }

  /** `listener` is told of whole lines. The caller disposes it. */
  follow(owner: LogOwner, listener: Listener): Disposable {
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

  #file({ worktree, name }: LogOwner): string {
    const hash = createHash("sha256").update(worktree).digest("hex");
    return path.join(this.directory, `${name}-${hash.slice(0, 16)}.log`);
  }
}
