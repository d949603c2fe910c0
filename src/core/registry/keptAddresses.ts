// Keeps each worktree's port and token across reloads, so that its agents reconnect by themselves.
import { createHash, randomBytes } from "node:crypto";
import { readdir, rm, stat, utimes } from "node:fs/promises";
import path from "node:path";
import * as z from "zod/mini";
import { readJson, writeJson } from "../system/atomicFile";

export interface Address {
  readonly port: number;
  readonly token: string;
}

/**
 * An agent retries its old port and token for 15.5 s, then accepts only a new token on the old port (observed with
 * Claude Code 2.1). An instance that was down for longer returns with a fresh token.
 */
const TOKEN_TTL_MS = 20_000;

/** How often a running instance refreshes its address; well below the 4.5 s between the two figures above. */
export const TOUCH_EVERY_MS = 3_000;

export interface KeptAddress extends Address {
  /** Milliseconds since it was last served. */
  readonly age: number;
  /** The token it was last served with, which its current holder still accepts. */
  readonly oldToken: string;
}

const FORGET_AFTER_MS = 30 * 24 * 3_600_000;

const schema = z.object({
  version: z.literal(1),
  worktree: z.string(),
  port: z.int(),
  token: z.string(),
});

export function freshToken(): string {
  return randomBytes(32).toString("base64url");
}

/** The directory `<berth home>/addresses`: one file per worktree and port; its mtime is when it was last served. */
export class KeptAddresses {
  constructor(readonly directory: string) {}

  /** The worktree's addresses, most recently served first; an expired token is replaced by a fresh one. */
  async of(worktree: string): Promise<KeptAddress[]> {
    const prefix = `${hash(worktree)}-`;
    const names = await readdir(this.directory).catch(() => []);
    const kept = await Promise.all(
      names
        .filter((name) => name.startsWith(prefix) && name.endsWith(".json"))
        .map(async (name) => this.#read(path.join(this.directory, name))),
    );
    return kept
      .filter((entry) => entry !== undefined)
      .filter((entry) => entry.worktree === worktree)
      .map(({ port, token, age }) => ({
        port,
        token: age < TOKEN_TTL_MS ? token : freshToken(),
        oldToken: token,
        age,
      }))
      .sort((a, b) => a.age - b.age);
  }

  async keep(worktree: string, { port, token }: Address): Promise<void> {
    await writeJson(this.#file(worktree, port), {
      version: 1,
      worktree,
      port,
      token,
    });
  }

  async has(worktree: string, port: number): Promise<boolean> {
    return (await this.#read(this.#file(worktree, port))) !== undefined;
  }

  /** Marks the address as served now. */
  async touch(worktree: string, port: number): Promise<void> {
    const now = new Date();
    await utimes(this.#file(worktree, port), now, now);
  }

  /** Removes addresses that were not served for 30 days. */
  async prune(): Promise<void> {
    for (const name of await readdir(this.directory).catch(() => [])) {
      const file = path.join(this.directory, name);
      const info = await stat(file).catch(() => undefined);
      if (info && Date.now() - info.mtimeMs > FORGET_AFTER_MS)
        // Best effort: the directory may belong to another user, for example.
        await rm(file, { force: true }).catch(() => undefined);
    }
  }

  async #read(
    file: string,
  ): Promise<(z.infer<typeof schema> & { age: number }) | undefined> {
    const parsed = schema.safeParse(await readJson(file));
    const info = await stat(file).catch(() => undefined);
    return parsed.success && info
      ? { ...parsed.data, age: Date.now() - info.mtimeMs }
      : undefined;
  }

  #file(worktree: string, port: number): string {
    return path.join(this.directory, `${hash(worktree)}-${port}.json`);
  }
}

function hash(worktree: string): string {
  return createHash("sha256").update(worktree).digest("hex").slice(0, 20);
}
