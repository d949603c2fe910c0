// Waits until a backend serves.
import { connect } from "node:net";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { backendRefuses } from "../../core/backendMessages";
import type { BackendOutput } from "./output";

export interface Probe {
  /** null: that of the URL. */
  readonly path: string | null;
  readonly isMcp: boolean;
  readonly port: number;
  /** null: it has none that is known. */
  readonly url: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

const TRY_EVERY = 50;
/** Milliseconds for one answer. */
const ANSWER_TIME = 5_000;

/** Rejects only with the signal's reason. */
export async function whenAccepting(
  port: number,
  signal: AbortSignal,
): Promise<void> {
  await repeat(async () => (await accepts(port)) || undefined, signal);
}

/** Resolves with what a user should know of its answer, or null. Rejects only with the signal's reason. */
export function whenAnswering(
  probe: Probe,
  signal: AbortSignal,
): Promise<string | null> {
  return repeat(() => ask(probe, signal), signal);
}

function probeUrl({ url, port, path }: Probe): string {
  const base = url ?? `http://127.0.0.1:${port}/`;
  return path === null ? base : new URL(path, base).href;
}

async function repeat<T>(
  attempt: () => Promise<T | undefined>,
  signal: AbortSignal,
): Promise<T> {
  for (;;) {
    const result = await attempt();
    signal.throwIfAborted();
    if (result !== undefined) return result;
    await delay(TRY_EVERY, undefined, { signal });
  }
}

/** Whether somebody accepts a connection. */
export async function accepts(port: number): Promise<boolean> {
  const socket = connect({ port, host: "127.0.0.1" });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(ANSWER_TIME) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** An MCP client's first request: whatever answers it with any status listens. */
const INITIALIZE = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "berth", version: "0" },
  },
};

/** undefined: nobody answers. A sentence where the answer is a refusal that clients will meet too. */
async function ask(
  probe: Probe,
  signal: AbortSignal,
): Promise<string | null | undefined> {
  const { headers, isMcp } = probe;
  const url = probeUrl(probe);
  try {
    const response = await fetch(url, {
      // Anything else than a question may change something in a server that is no MCP server.
      ...(isMcp
        ? {
            method: "POST",
            headers: {
              accept: "application/json, text/event-stream",
              "content-type": "application/json",
              ...headers,
            },
            body: JSON.stringify(INITIALIZE),
          }
        : { headers }),
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIME)]),
    });
    await response.body?.cancel();
    if (isMcp) await endSession(url, headers, response);
    return response.status === 401 || response.status === 403
      ? backendRefuses(response.status, new URL(url).pathname)
      : null;
  } catch {
    return undefined;
  }
}

/** What the question has begun, no client goes on with. */
async function endSession(
  url: string,
  headers: Readonly<Record<string, string>>,
  { headers: answered }: Response,
): Promise<void> {
  const session = answered.get("mcp-session-id");
  if (session === null) return;
  const response = await fetch(url, {
    method: "DELETE",
    headers: { ...headers, "mcp-session-id": session },
    redirect: "manual",
    signal: AbortSignal.timeout(ANSWER_TIME),
  }).catch(() => undefined);
  await response?.body?.cancel();
}

/** Resolves once it has written a line that contains the text, from now on. Rejects only with the signal's reason. */
export async function whenWritten(
  text: string,
  output: BackendOutput,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const end = (): void => {
      listener.dispose();
      signal.removeEventListener("abort", abort);
    };
    const abort = (): void => {
      end();
      reject(signal.reason as Error);
    };
    const listener = output.onDidWrite((line) => {
      if (!line.includes(text)) return;
      end();
      resolve();
    });
    signal.addEventListener("abort", abort, { once: true });
  });
}
