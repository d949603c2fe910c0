// Asks an instance of this machine through its control API, whichever window or process it lives in.
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import type { Address } from "./addresses";
import {
  type Health,
  handoverSchema,
  healthSchema,
  type InstanceRecord,
} from "./contracts";
import { noAnswer } from "./errors";

type Target = Pick<InstanceRecord, "port" | "token" | "instanceId" | "name">;

/** Milliseconds; a worker that does not answer a loopback request for this long is stuck. */
const HEALTH_TIMEOUT_MS = 1_000;
const ACTION_TIMEOUT_MS = 6_000;

/** The health of the instance, or undefined when it does not answer or another instance answers on its port. */
export async function health(target: Target): Promise<Health | undefined> {
  try {
    const body = await call(target, "GET", "/berth/health", HEALTH_TIMEOUT_MS);
    const parsed = healthSchema.safeParse(body);
    return parsed.data?.instanceId === target.instanceId
      ? parsed.data
      : undefined;
  } catch {
    return undefined;
  }
}

/** Stops the instance in its own window; resolves when its discovery files are gone. Throws a UserError if it does not answer. */
export async function stopInstance(target: Target): Promise<void> {
  await act(target, "/berth/stop");
}

/** Makes it the active instance of its window. */
export async function focusInstance(target: Target): Promise<void> {
  await act(target, "/berth/focus");
}

/**
 * Asks whoever serves this address to give it up because its window is going away. "refused": it lives and stays;
 * "noAnswer": it is no instance with this token, or one that is ending or stuck.
 */
export async function takeOver(
  address: Address,
): Promise<"handedOver" | "refused" | "noAnswer"> {
  try {
    const body = await call(
      address,
      "POST",
      "/berth/handover",
      HEALTH_TIMEOUT_MS,
    );
    return handoverSchema.parse(body).handedOver ? "handedOver" : "refused";
  } catch {
    return "noAnswer";
  }
}

async function act(target: Target, path: string): Promise<void> {
  try {
    await call(target, "POST", path, ACTION_TIMEOUT_MS);
  } catch (error) {
    throw noAnswer(target.name, error);
  }
}

async function call(
  { port, token }: Address,
  method: "GET" | "POST",
  path: string,
  timeout: number,
): Promise<unknown> {
  const outgoing = request({
    host: "127.0.0.1",
    port,
    method,
    path,
    agent: false,
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(timeout),
  });
  outgoing.end();
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  const body = await text(response);
  if (response.statusCode !== 200)
    throw new Error(`status ${String(response.statusCode)}`);
  return JSON.parse(body) as unknown;
}
