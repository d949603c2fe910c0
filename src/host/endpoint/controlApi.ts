// Routes of the control API (/berth/...), by which other windows and the command line query and control an instance.
// They take the control token; /berth/health an agent's too.
import type { IncomingMessage, ServerResponse } from "node:http";
import * as z from "zod/mini";
import type { Description, Health } from "../../core/control/api";
import { UserError } from "../../core/errors";
import { type Mention, sendSchema } from "../../core/control/mention";
import { PROOF_HEADER, PROOF_PATH, prove } from "../../core/control/proof";
import type { Stopper } from "../contract";
import type { Routes } from "./endpoint";
import { readJsonBody } from "./jsonBody";
import { answering, memory, onlyFor, respond, type Route } from "./jsonRoutes";

export interface ControlActions {
  health(): Health;
  describe(): Omit<Description, "memory">;
  /** Returns how many agents received it. `cancelled` is aborted if the caller disconnects while it waits for one. */
  send(
    mention: Mention,
    cancelled: AbortSignal,
    client: string | undefined,
  ): Promise<number>;
  /** Resolves once the discovery files are gone; the rest may follow. */
  stop(by: Stopper): Promise<void>;
  focus(): void;
  /** Throws a UserError if no such diff waits. */
  showDiff(id: string): void;
  /** Throws a UserError if no such client is connected. */
  disconnect(id: string): Promise<void>;
  /** Resolves once it serves again. Throws a UserError. */
  restartBackend(name: string): Promise<void>;
}

const NONCE = /^[\w-]{43}$/;

/** The name is encoded as in any URL. */
const RESTART_BACKEND = /^\/berth\/backends\/([^/]+)\/restart$/;

export function controlRoutes(
  actions: ControlActions,
  controlToken: string,
): Routes<Route> {
  const fixed = fixedRoutes(actions, controlToken);
  return {
    get: (path) => {
      const [, name] = RESTART_BACKEND.exec(path) ?? [];
      return name === undefined ? fixed.get(path) : restartRoute(actions, name);
    },
  };
}

function fixedRoutes(
  actions: ControlActions,
  controlToken: string,
): Map<string, Route> {
  return new Map([
    [PROOF_PATH, onlyFor("GET", proofRoute(controlToken))],
    ["/berth/health", answering("GET", () => actions.health())],
    [
      "/berth/instance",
      answering("GET", () => ({ ...actions.describe(), memory: memory() })),
    ],
    ["/berth/send", onlyFor("POST", sendRoute(actions))],
    [
      "/berth/stop",
      onlyFor("POST", async (request, response) => {
        await actions.stop(stopperIn(request));
        respond(response, 200, { stopped: true });
      }),
    ],
    [
      "/berth/focus",
      answering("POST", () => {
        actions.focus();
        return { focused: true };
      }),
    ],
    [
      "/berth/diff",
      onlyFor(
        "POST",
        byId((id) => {
          actions.showDiff(id);
        }),
      ),
    ],
    [
      "/berth/disconnect",
      onlyFor(
        "POST",
        byId((id) => actions.disconnect(id)),
      ),
    ],
  ]);
}

/** Keeps the connection, so that the caller sends its token to whoever has answered here. */
export function proofRoute(controlToken: string): Route {
  return (request, response) => {
    const { searchParams } = new URL(request.url ?? "", "http://localhost");
    const nonce = searchParams.get("nonce") ?? "";
    const { localPort } = request.socket;
    if (!NONCE.test(nonce) || localPort === undefined)
      response.writeHead(400, { connection: "close" }).end();
    else
      response
        .writeHead(204, {
          [PROOF_HEADER]: prove(controlToken, localPort, nonce),
          "cache-control": "no-store",
        })
        .end();
    return Promise.resolve();
  };
}

/** A window says what it has open: `?workspace=URI`, empty where that is nothing. */
function stopperIn({ url = "" }: IncomingMessage): Stopper {
  const { searchParams } = new URL(url, "http://localhost");
  const workspace = searchParams.get("workspace");
  return workspace === null
    ? { kind: "shell" }
    : { kind: "window", workspace: workspace === "" ? null : workspace };
}

const idSchema = z.object({ id: z.string() });

function byId(act: (id: string) => void | Promise<void>): Route {
  return async (request, response) => {
    const body = await readJsonBody(request, idSchema);
    if (body.kind === "refused") {
      respond(response, body.status, { error: body.error });
      return;
    }
    await respondWith(response, async () => {
      await act(body.value.id);
      return { done: true };
    });
  };
}

function restartRoute(actions: ControlActions, encoded: string): Route {
  return onlyFor("POST", (_request, response) =>
    respondWith(response, async () => {
      await actions.restartBackend(decoded(encoded));
      return { restarted: true };
    }),
  );
}

/** What is no valid encoding is no backend's name either. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A UserError is the instance's refusal. */
async function respondWith(
  response: ServerResponse,
  answer: () => Promise<object>,
): Promise<void> {
  try {
    respond(response, 200, await answer());
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    respond(response, 409, { error: error.message });
  }
}

function sendRoute(actions: ControlActions): Route {
  return async (request, response) => {
    const body = await readJsonBody(request, sendSchema);
    if (body.kind === "refused") {
      respond(response, body.status, { error: body.error });
      return;
    }
    const cancellation = new AbortController();
    response.once("close", () => {
      cancellation.abort();
    });
    const { file, lines = null, client } = body.value;
    await respondWith(response, async () => ({
      sent: await actions.send(
        { path: file, lines },
        cancellation.signal,
        client,
      ),
    }));
  };
}
