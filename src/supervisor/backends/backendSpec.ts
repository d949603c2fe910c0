// One backend of one worktree: what is to run, and what runs.
import { createHash } from "node:crypto";
import type { BackendDefinition } from "../../core/backends/definition";
import { fillIn, type VariableValues } from "../../core/backends/variables";
import type { Log } from "../../core/log";
import type { KeptAddresses } from "../../core/registry/keptAddresses";
import type { BackendOutput } from "./output";

/** For whom it runs. */
export interface BackendPlace {
  /** Real path. */
  readonly worktree: string;
  /** See VariableValues. */
  readonly name: string;
  readonly branch: string;
  readonly instanceId: string;
  /** The user's, of a window or a shell. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface BackendSpec {
  /** Of worktree and definition: another definition is another backend. */
  readonly id: string;
  /** With its variables, which are filled in once, when it starts: their values may look like variables. */
  readonly definition: BackendDefinition;
  readonly place: BackendPlace;
}

/**
 * What windows say of a backend. "unheld": it goes on for its linger; "closed": so too, and no window shows it. "revoked": it is not
 * defined so any more, and ends with its last session.
 */
export type Hold = "held" | "unheld" | "closed" | "revoked";

/** What all backends of a supervisor share. */
export interface StartContext {
  /** Path of guard.sh. */
  readonly guard: string;
  /** Directory for port files; ours alone. */
  readonly directory: string;
  /** Those that are given out, of all backends. */
  readonly ports: Set<number>;
  /** Of those that Berth serves itself. */
  readonly addresses: KeptAddresses;
  /** By which those prove to programs that they are Berth's. */
  readonly controlToken: string;
  /** Of Berth. */
  readonly version: string;
  readonly log: Log;
}

/** One that serves. */
export interface ServedBackend {
  readonly pid: number;
  readonly processStart: string;
  readonly port: number;
  readonly url: string | null;
  /** What its clients send. */
  readonly headers: Readonly<Record<string, string>>;
  /** A sentence for the user; null: nothing is strange. */
  readonly warning: string | null;
  /** Resolves with a sentence once it has ended. */
  readonly ended: Promise<string>;
  /** Ends all its processes. Resolves once they are gone and its port is free: with undefined, or with what is still there. */
  stop(): Promise<string | undefined>;
}

export type StartBackend = (
  spec: BackendSpec,
  context: StartContext,
  output: BackendOutput,
  signal: AbortSignal,
) => Promise<ServedBackend>;

/** Throws a UserError where the environment lacks a variable of the definition. `home` keeps those of two homes apart. */
export function specOf(
  home: string,
  definition: BackendDefinition,
  place: BackendPlace,
): BackendSpec {
  const { worktree, name, branch, environment } = place;
  // What differs from start to start makes it no other backend.
  const resolved = fillInAll(
    definition,
    { worktree, name, branch },
    environment,
  );
  const hash = createHash("sha256")
    .update(JSON.stringify([home, worktree, resolved]))
    .digest("hex")
    .slice(0, 16);
  return { id: `${definition.name}-${hash}`, definition, place };
}

/** The definition for one start. */
export function resolve(
  { definition, place }: BackendSpec,
  values: Partial<VariableValues>,
): BackendDefinition {
  const { worktree, name, branch, instanceId, environment } = place;
  return fillInAll(
    definition,
    { worktree, name, branch, instanceId, ...values },
    environment,
  );
}

/** Every text of the definition with what is known. */
function fillInAll(
  definition: BackendDefinition,
  values: Partial<VariableValues>,
  environment: BackendPlace["environment"],
): BackendDefinition {
  const fill = (text: string): string => fillIn(text, values, environment);
  const fillMap = (map: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(map).map(([key, text]) => [key, fill(text)]),
    );
  const { command, args, env, cwd, url, headers } = definition;
  return {
    ...definition,
    command: fill(command),
    args: args.map(fill),
    env: fillMap(env),
    cwd: fill(cwd),
    url: url === null ? null : fill(url),
    headers: fillMap(headers),
  };
}

/** Resolves with a sentence once it has ended by itself. Rejects with the signal's reason: it is to end. */
export function endOf(
  served: ServedBackend,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    void served.ended.then(resolve);
  });
}
