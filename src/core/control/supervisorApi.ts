// Client of the supervisor's HTTP API, for the command line.
import { text } from "node:stream/consumers";
import * as z from "zod/mini";
import { serverRefuses } from "../backendErrors";
import type { Place } from "../system/machine";
import { type Health, healthSchema } from "./api";
import { HEALTH_TIMEOUT_MS } from "./controlClient";
import { ProvenConnection } from "./provenConnection";
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
  /** Berth itself serves it, and proves it by the token of the supervisor. Absent: it is a server of its own. */
  readonly proves?: true;
}

const answerSchema = z.object({ instances: z.array(healthSchema) });

export type Serving = SupervisorRecord & { readonly port: number };

/** One that runs and listens; undefined: there is none. */
export async function runningSupervisor(
  home: string,
  place: Place,
): Promise<Serving | undefined> {
  const record = await findSupervisor(home, place);
  if (record?.port === undefined || !(await isRunning(record)))
    return undefined;
  return { ...record, port: record.port };
}

/** Of every instance that it serves, by id. Throws as callSupervisor does. */
export async function askInstances(
  serving: Serving,
): Promise<ReadonlyMap<string, Health>> {
  const signal = AbortSignal.timeout(HEALTH_TIMEOUT_MS);
  const answer = await callSupervisor(
    serving,
    "GET",
    "/instances",
    undefined,
    signal,
  );
  const { instances } = answerSchema.parse(answer);
  return new Map(instances.map((each) => [each.instanceId, each]));
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
