// Client of the supervisor's HTTP API, for the command line: starts the supervisor where there is none.
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { serverNotStarted, serverRefuses } from "../backendErrors";
import { messageOf } from "../errors";
import type { Place } from "../system/machine";
import { ProvenConnection } from "./provenConnection";
import { StartedSupervisor } from "./supervisorClient";
import {
  findSupervisor,
  isRunning,
  type SupervisorRecord,
} from "./supervisorRecord";

/** A lease on a backend: `POST /request-session`. */
export interface GrantedSession {
  readonly session_id: string;
  readonly port: number;
  readonly url: string | null;
  readonly pid: number;
  readonly worktree: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SupervisorPlace {
  readonly home: string;
  readonly place: Place;
  /** Path of dist/supervisor.js. */
  readonly program: string;
}

/** Milliseconds. */
const START_TIMEOUT = 10_000;
const LOOK_EVERY = 50;

type Serving = SupervisorRecord & { readonly port: number };

/** One that runs and listens; undefined: there is none. */
export async function runningSupervisor({
  home,
  place,
}: Pick<SupervisorPlace, "home" | "place">): Promise<Serving | undefined> {
  const record = await findSupervisor(home, place);
  if (record?.port === undefined || !(await isRunning(record)))
    return undefined;
  return { ...record, port: record.port };
}

/** The one that runs, or one that is started. Throws a UserError if there can be none. */
export async function ensureSupervisor(
  where: SupervisorPlace,
): Promise<Serving> {
  const running = await runningSupervisor(where);
  if (running) return running;
  const started = new StartedSupervisor(where.program, where.home);
  const late = AbortSignal.timeout(START_TIMEOUT);
  while (!late.aborted) {
    const record = await runningSupervisor(where);
    if (record) return record;
    const failure = await started.failure();
    if (failure) throw serverNotStarted(messageOf(failure));
    await delay(LOOK_EVERY);
  }
  throw serverNotStarted("it did not start in time");
}

/** Throws a UserError with the supervisor's own sentence if it refuses, or the system's error if it is gone. */
export async function callSupervisor(
  { port, token }: Serving,
  method: "GET" | "POST",
  path: string,
  body: object | undefined,
  signal: AbortSignal,
): Promise<unknown> {
  const connection = await ProvenConnection.open(
    { port, controlToken: token },
    signal,
  );
  try {
    const response = await connection.send(
      { method, path, signal },
      {
        authorization: `Bearer ${token}`,
        ...(body && { "content-type": "application/json" }),
      },
      body && JSON.stringify(body),
    );
    const answer = JSON.parse(await text(response)) as { error?: string };
    if ((response.statusCode ?? 0) >= 400)
      throw serverRefuses(
        answer.error ?? `status ${String(response.statusCode)}`,
      );
    return answer;
  } finally {
    connection.close();
  }
}
