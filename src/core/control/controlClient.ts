// Client of an instance's control API, for instances of any window or process on this machine.
import { text } from "node:stream/consumers";
import {
  type Description,
  descriptionSchema,
  type Health,
  healthSchema,
  refusalSchema,
  sentSchema,
} from "./api";
import { type InstanceRecord } from "../registry/formats";
import { noAnswer } from "../errors";
import { notSent } from "../sendErrors";
import type { Mention, Send } from "./mention";
import { ProvenConnection } from "./provenConnection";

type Endpoint = Pick<InstanceRecord, "port" | "controlToken">;
type Target = Endpoint & Pick<InstanceRecord, "instanceId" | "name">;

/** Milliseconds; a worker that takes longer to answer a loopback request is stuck. */
export const HEALTH_TIMEOUT_MS = 1_000;
const ACTION_TIMEOUT_MS = 6_000;
/** The instance may wait 15 s for an agent. */
const SEND_TIMEOUT_MS = 20_000;

/** undefined if the instance does not answer, or another instance answers on its port. */
export async function health(target: Target): Promise<Health | undefined> {
  try {
    const body = await call(target, "/berth/health", { method: "GET" });
    const parsed = healthSchema.safeParse(body);
    return parsed.data?.instanceId === target.instanceId
      ? parsed.data
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Resolves once its discovery files are gone. Throws a UserError if it does not answer. `workspace`: URI of what the window
 * has open whose user asks, null: nothing; undefined: they ask from a shell.
 */
export async function stopInstance(
  target: Target,
  workspace?: string | null,
): Promise<void> {
  const query =
    workspace === undefined
      ? ""
      : `?workspace=${encodeURIComponent(workspace ?? "")}`;
  await act(target, `/berth/stop${query}`);
}

/** Makes it the active instance of its window. */
export async function focusInstance(target: Target): Promise<void> {
  await act(target, "/berth/focus");
}

/** Brings a diff that waits to the front in its window. Throws a UserError if there is none, or it does not answer. */
export async function showDiff(target: Target, id: string): Promise<void> {
  await act(target, "/berth/diff", { body: { id } });
}

/** Closes an agent's connection. Throws a UserError if there is none, or it does not answer. */
export async function disconnectClient(
  target: Target,
  id: string,
): Promise<void> {
  await act(target, "/berth/disconnect", { body: { id } });
}

/** `timeout` in milliseconds. Throws a UserError if it does not answer. */
export async function describeInstance(
  target: Target,
  timeout = ACTION_TIMEOUT_MS,
): Promise<Description> {
  return descriptionSchema.parse(
    await act(target, "/berth/instance", { method: "GET", timeout }),
  );
}

/**
 * Mentions a file to the instance's agents; returns how many received it. Waits up to 15 s for the first to connect.
 * Throws a UserError with the instance's own reason if it refuses.
 */
export async function sendTo(
  target: Target,
  send: Send,
  cancelled?: AbortSignal,
): Promise<number> {
  const body = await act(target, "/berth/send", {
    timeout: SEND_TIMEOUT_MS,
    body: send,
    cancelled,
  });
  return sentSchema.parse(body).sent;
}

/** The same of several, one after another. */
export async function sendMentions(
  target: Target,
  mentions: readonly Mention[],
  cancelled: AbortSignal,
  client: string | undefined,
): Promise<number> {
  let sent = 0;
  for (const { path: file, lines } of mentions) {
    const send = { file, client, ...(lines && { lines }) };
    sent = await sendTo(target, send, cancelled);
  }
  return sent;
}

interface Call {
  readonly method?: "GET" | "POST";
  /** Milliseconds. */
  readonly timeout?: number;
  readonly body?: object;
  readonly cancelled?: AbortSignal | undefined;
}

/** The instance understood the request and declined it. */
class Refusal extends Error {}

async function act(target: Target, path: string, options: Call = {}) {
  try {
    return await call(target, path, { timeout: ACTION_TIMEOUT_MS, ...options });
  } catch (error) {
    if (error instanceof Refusal) throw notSent(target.name, error.message);
    throw noAnswer(target.name, error);
  }
}

async function call(
  endpoint: Endpoint,
  path: string,
  { method = "POST", timeout = HEALTH_TIMEOUT_MS, body, cancelled }: Call,
): Promise<unknown> {
  const timedOut = AbortSignal.timeout(timeout);
  const signal = cancelled ? AbortSignal.any([cancelled, timedOut]) : timedOut;
  const connection = await ProvenConnection.open(endpoint, signal);
  try {
    const response = await connection.send(
      { method, path, signal },
      { authorization: `Bearer ${endpoint.controlToken}` },
      body && JSON.stringify(body),
    );
    const answer = await text(response);
    if (response.statusCode === 409)
      throw new Refusal(refusalSchema.parse(JSON.parse(answer)).error);
    if (response.statusCode !== 200)
      throw new Error(`status ${String(response.statusCode)}`);
    return JSON.parse(answer) as unknown;
  } finally {
    connection.close();
  }
}
