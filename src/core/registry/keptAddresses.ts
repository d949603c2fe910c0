// Keeps each worktree's port and tokens across reloads, so that its agents reconnect by themselves.
import { createHash } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import * as z from "zod/mini";
import { readJson, writeJson } from "../system/atomicFile";
import { DiskClock, stamp } from "../system/diskClock";
import { freshToken } from "../system/freshToken";

/** By it an agent reaches an instance. */
export interface Address {
  readonly port: number;
  readonly token: string;
}

/** What opens an instance to agents. */
export interface AgentTokens {
  /** The one in the discovery files. */
  readonly token: string;
  /** Those of agents that connected before an absence; accepted for a short time after it. */
  readonly formerTokens: readonly string[];
}

/** What an instance serves, and keeps for its successor. */
export interface ServedAddress extends Address, AgentTokens {
  /** Opens the control API; by it the instance proves itself before anybody sends it a token. */
  readonly controlToken: string;
}

export interface KeptAddress extends Address, AgentTokens {
  /** undefined: kept by an earlier version, which cannot prove itself. */
  readonly controlToken?: string | undefined;
  /** Milliseconds since it was last served, by the clock of its disk; never negative. */
  readonly age: number;
}

/**
 * After a longer absence the discovery files carry a fresh token. Claude Code 2.1 retries its old port and token for 15.5 s
 * and then accepts only a new token there (observed): both clocks are served at once, so they need not agree.
 */
const KEEP_TOKEN_FOR_MS = 5_000;

/** By then every agent has given its old token up; far from the 15.5 s above. */
const FORGET_TOKEN_AFTER_MS = 60_000;

/** An agent keeps the token it connected with, through several absences. */
const MAX_FORMER_TOKENS = 3;

/** How often a running instance refreshes its address. */
export const TOUCH_EVERY_MS = 3_000;

const FORGET_AFTER_MS = 30 * 24 * 3_600_000;

const schema = z.object({
  version: z.literal(1),
  worktree: z.string(),
  port: z.int(),
  token: z.string(),
  formerTokens: z._default(z.array(z.string()), []),
  controlToken: z.optional(z.string()),
});

/** Nobody knows these yet. */
export function freshTokens(): AgentTokens {
  return { token: freshToken(), formerTokens: [] };
}

/** The tokens of an instance that comes back to a kept address. */
export function tokensAfterAbsence(kept: KeptAddress): AgentTokens {
  if (kept.age <= KEEP_TOKEN_FOR_MS) return kept;
  if (kept.age > FORGET_TOKEN_AFTER_MS) return freshTokens();
  return {
    token: freshToken(),
    formerTokens: [kept.token, ...kept.formerTokens].slice(
      0,
      MAX_FORMER_TOKENS,
    ),
  };
}

/** The directory `<berth home>/addresses`: one file per worktree and port; its mtime is when it was last served. */
export class KeptAddresses {
  constructor(readonly directory: string) {}

  /** The worktree's addresses as they were served, the most recent first. */
  async of(worktree: string): Promise<KeptAddress[]> {
    const prefix = `${hash(worktree)}-`;
    const names = (await this.#names()).filter(
      (name) => name.startsWith(prefix) && name.endsWith(".json"),
    );
    const clock = new DiskClock();
    const kept = names.map(async (name): Promise<KeptAddress[]> => {
      const file = path.join(this.directory, name);
      const { data } = schema.safeParse(await readJson(file));
      if (data?.worktree !== worktree) return [];
      const { port, token, formerTokens, controlToken } = data;
      // In a directory where nothing can be written, nobody can know: no token is kept then.
      const age = Math.max(0, (await clock.ageOf(file)) ?? Infinity);
      return [{ port, token, formerTokens, controlToken, age }];
    });
    return (await Promise.all(kept)).flat().sort((a, b) => a.age - b.age);
  }

  async keep(
    worktree: string,
    { port, token, formerTokens, controlToken }: ServedAddress,
  ): Promise<void> {
    await writeJson(this.file(worktree, port), {
      version: 1,
      worktree,
      port,
      token,
      formerTokens,
      controlToken,
    });
  }

  async has(worktree: string, port: number): Promise<boolean> {
    return schema.safeParse(await readJson(this.file(worktree, port))).success;
  }

  /** Marks the address as served now. */
  async touch(worktree: string, port: number): Promise<void> {
    await stamp(this.file(worktree, port));
  }

  /** Marks each worktree's latest address so, where it can. */
  async touchLatest(worktrees: readonly string[]): Promise<void> {
    await Promise.allSettled(
      worktrees.map(async (worktree) => {
        const [latest] = await this.of(worktree);
        if (latest) await this.touch(worktree, latest.port);
      }),
    );
  }

  async forget(worktree: string, port: number): Promise<void> {
    await rm(this.file(worktree, port), { force: true });
  }

  /** Removes addresses that were not served for 30 days. */
  async prune(): Promise<void> {
    const clock = new DiskClock();
    for (const name of await this.#names()) {
      const file = path.join(this.directory, name);
      const age = await clock.ageOf(file);
      if (age !== undefined && age > FORGET_AFTER_MS)
        // Best effort: the directory may belong to another user, for example.
        await rm(file, { force: true }).catch(() => undefined);
    }
  }

  #names(): Promise<string[]> {
    return readdir(this.directory).catch(() => []);
  }

  /** Its mtime is when the address was last served. */
  file(worktree: string, port: number): string {
    return path.join(this.directory, `${hash(worktree)}-${port}.json`);
  }
}

function hash(worktree: string): string {
  return createHash("sha256").update(worktree).digest("hex").slice(0, 20);
}
