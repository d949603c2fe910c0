// Keeps the port and token of a worktree across reloads, so that its agents find the way back by themselves.
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
 * An agent tries its old port and token for 15.5 s and after that accepts only a new token on the old port
 * (observed with Claude Code 2.1): whoever was away for longer comes back with a fresh one.
 */
const TOKEN_LIFE_MS = 20_000;

/** How often a running instance says that it is still there; well below the 4.5 s that the two numbers above leave. */
export const SEEN_EVERY_MS = 3_000;

/** An address as it was kept. */
export interface KeptAddress extends Address {
  /** Milliseconds since it was last served. */
  readonly away: number;
  /** The token it was last served with; who still serves it accepts this one. */
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

/** The directory `<berth home>/addresses`: one file per worktree and port, its mtime the moment it was last served. */
export class KeptAddresses {
  constructor(readonly directory: string) {}

  /** Addresses of the worktree, the last used first; the token is a fresh one where it was away too long. */
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
      .map(({ port, token, away }) => ({
        port,
        token: away < TOKEN_LIFE_MS ? token : freshToken(),
        oldToken: token,
        away,
      }))
      .sort((a, b) => a.away - b.away);
  }

  async keep(worktree: string, { port, token }: Address): Promise<void> {
    await writeJson(this.#file(worktree, port), {
      version: 1,
      worktree,
      port,
      token,
    });
  }

  /** Says that the address is being served at this moment. */
  async seen(worktree: string, port: number): Promise<void> {
    const now = new Date();
    await utimes(this.#file(worktree, port), now, now);
  }

  /** Forgets what nobody has served for a month. */
  async prune(): Promise<void> {
    for (const name of await readdir(this.directory).catch(() => [])) {
      const file = path.join(this.directory, name);
      const info = await stat(file).catch(() => undefined);
      if (info && Date.now() - info.mtimeMs > FORGET_AFTER_MS)
        // What cannot go stays: somebody else's directory, say.
        await rm(file, { force: true }).catch(() => undefined);
    }
  }

  async #read(
    file: string,
  ): Promise<(z.infer<typeof schema> & { away: number }) | undefined> {
    const parsed = schema.safeParse(await readJson(file));
    const info = await stat(file).catch(() => undefined);
    return parsed.success && info
      ? { ...parsed.data, away: Date.now() - info.mtimeMs }
      : undefined;
  }

  #file(worktree: string, port: number): string {
    return path.join(this.directory, `${hash(worktree)}-${port}.json`);
  }
}

function hash(worktree: string): string {
  return createHash("sha256").update(worktree).digest("hex").slice(0, 20);
}
