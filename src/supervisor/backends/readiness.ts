// Waits until a backend serves.
import { connect } from "node:net";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { backendRefuses } from "../../core/backendMessages";
import type { Readiness } from "../../core/backends/definition";
import type { BackendOutput } from "./output";

export interface Probe {
  readonly ready: Readiness;
  readonly port: number;
  /** null: it has none that is known. */
  readonly url: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

const TRY_EVERY = 50;
/** Milliseconds for one answer. */
const ANSWER_TIME = 5_000;

/** Resolves once it serves: with what a user should know of its answer, or null. Rejects only with the signal's reason. */
export async function whenReady(
  probe: Probe,
  output: BackendOutput,
  signal: AbortSignal,
): Promise<string | null> {
  const { ready, port } = probe;
  switch (ready.kind) {
    case "output":
      await whenWritten(ready.text, output, signal);
      return null;
    case "tcp":
    case "stdio":
      return repeat(
        async () => ((await accepts(port)) ? null : undefined),
        signal,
      );
    case "http": {
      const url = probeUrl(probe, ready.path);
      return repeat(() => ask(url, probe.headers, signal), signal);
    }
  }
}

function probeUrl({ url, port }: Probe, path: string | null): string {
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
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string | null | undefined> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
        ...headers,
      },
      body: JSON.stringify(INITIALIZE),
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIME)]),
    });
    await response.body?.cancel();
    await endSession(url, headers, response);
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
    signal: AbortSignal.timeout(ANSWER_TIME),
  }).catch(() => undefined);
  await response?.body?.cancel();
}

async function whenWritten(
  text: string,
  output: BackendOutput,
  signal: AbortSignal,
): Promise<void> {
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
