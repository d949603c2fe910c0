// Asks an instance of this machine through its control API, whichever window or process it lives in.
import { request } from "node:http";
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

function call(
  { port, token }: Address,
  method: "GET" | "POST",
  path: string,
  timeout: number,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: "127.0.0.1",
        port,
        method,
        path,
        agent: false,
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(timeout),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          if (response.statusCode !== 200) {
            reject(new Error(`status ${response.statusCode}`));
            return;
          }
          try {
            resolve(JSON.parse(Buffer.concat(chunks).toString()) as unknown);
          } catch (error) {
            reject(error as Error);
          }
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end();
  });
}
