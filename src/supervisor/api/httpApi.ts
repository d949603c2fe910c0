// The HTTP API of the supervisor: by it programs get a backend for a directory, and give it back.
import type { IncomingMessage, ServerResponse } from "node:http";
import * as z from "zod/mini";
import {
  bodyIsNoJson,
  noSuchBackendId,
  noSuchSession,
  RequestError,
} from "../../core/backendErrors";
import { UserError } from "../../core/errors";
import { readBody } from "../../host/endpoint/jsonBody";
import type { Backend } from "../backends/backend";
import { MAX_SESSIONS } from "../sessions/sessions";
import type { BackendHost } from "../backends/backendHost";
import { describeBackend } from "./describe";

type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<void>;

export interface ApiRoutes {
  /** undefined: unknown path. */
  get(path: string): Handler | undefined;
}

const requestSchema = z.object({
  project_path: z.string().check(z.minLength(1)),
  backend: z.optional(z.string()),
  pid: z.optional(z.int().check(z.positive())),
});
const releaseSchema = z.object({ session_id: z.string() });

const BACKEND_PATH = /^\/backends\/([\w.-]+)\/(restart|stop|log)$/;

export function apiRoutes(host: BackendHost): ApiRoutes {
  const routes = new Map<string, Handler>([
    ["/request-session", requestSession(host)],
    ["/release-session", releaseSession(host)],
    ["/sessions", answering("GET", () => ({ sessions: sessionsOf(host) }))],
    [
      "/backends",
      answering("GET", () => ({
        backends: host.all.map(describeBackend),
      })),
    ],
    ["/health", answering("GET", () => health(host))],
  ]);
  return {
    get: (path) => {
      const [, id, action] = BACKEND_PATH.exec(path) ?? [];
      return id === undefined ? routes.get(path) : actionOn(host, id, action);
    },
  };
}

/** Holds the backend from when it is ready; if the caller has gone by then, for nobody. */
function requestSession(host: BackendHost): Handler {
  return handling("POST", async (request, response) => {
    const body = await jsonOf(request, requestSchema);
    const gone = new AbortController();
    response.once("close", () => {
      gone.abort();
    });
    const backend = await host.findAgain(body.project_path, body.backend);
    const { session, state } = await host.sessions.open(
      backend,
      body.pid ?? null,
      gone.signal,
    );
    response.once("close", () => {
      if (!response.writableFinished) void host.sessions.release(session.id);
    });
    const { headers, kind, warning, ...address } = state;
    respond(response, 201, {
      session_id: session.id,
      host: "127.0.0.1",
      ...address,
      worktree: backend.spec.place.worktree,
      backend: backend.spec.definition.name,
      backend_id: backend.spec.id,
      state: kind,
      ...(Object.keys(headers).length > 0 && { headers }),
      ...(warning !== null && { warning }),
    });
  });
}

function releaseSession({ sessions }: BackendHost): Handler {
  return handling("POST", async (request, response) => {
    const { session_id } = await jsonOf(request, releaseSchema);
    const status = await sessions.release(session_id);
    if (status === undefined) throw noSuchSession(session_id);
    respond(response, 200, { status, session_id });
  });
}

function health({ sessions, all }: BackendHost) {
  const { rss, heapUsed } = process.memoryUsage();
  return {
    pid: process.pid,
    sessions: sessions.count,
    backends: all.filter(({ state }) => state.kind !== "stopped").length,
    limits: { sessions: MAX_SESSIONS },
    memory: { rss, heapUsed },
  };
}

function sessionsOf({ sessions }: BackendHost) {
  return sessions.all.map(({ id, backend, holder, startedAt }) => ({
    session_id: id,
    backend_id: backend.spec.id,
    backend: backend.spec.definition.name,
    worktree: backend.spec.place.worktree,
    pid: holder?.pid ?? null,
    started_at: startedAt,
  }));
}

function actionOn(
  host: BackendHost,
  id: string,
  action: string | undefined,
): Handler {
  const find = (): Backend => {
    const backend = host.get(id);
    if (!backend) throw noSuchBackendId(id);
    return backend;
  };
  if (action === "log")
    return handling("GET", async (_request, response) => {
      const { definition, place } = find().spec;
      const { name } = definition;
      const { worktree } = place;
      const text = await host.logs.recent({ worktree, name });
      response
        .writeHead(200, {
          ...HEADERS,
          "content-type": "text/plain; charset=utf-8",
        })
        .end(text);
    });
  return answering("POST", async () => {
    const backend = find();
    if (action === "stop") await host.stop(backend);
    else {
      const { definition, place } = backend.spec;
      // By what is defined now, and allowed.
      await (await host.findAgain(place.worktree, definition.name)).restart();
    }
    return describeBackend(backend);
  });
}

function answering(
  verb: "GET" | "POST",
  answer: () => object | Promise<object>,
): Handler {
  return handling(verb, async (_request, response) => {
    respond(response, 200, await answer());
  });
}

/** Turns expected failures into their statuses. */
function handling(verb: "GET" | "POST", handler: Handler): Handler {
  return async (request, response) => {
    if (request.method !== verb) {
      response.writeHead(405, { allow: verb, connection: "close" }).end();
      return;
    }
    try {
      await handler(request, response);
    } catch (error) {
      // Nobody is left to tell.
      if (response.destroyed) return;
      if (!(error instanceof UserError)) throw error;
      const status = error instanceof RequestError ? error.status : 500;
      respond(response, status, { error: error.message });
    }
  };
}

async function jsonOf<T>(
  request: IncomingMessage,
  schema: z.ZodMiniType<T>,
): Promise<T> {
  const type = request.headers["content-type"] ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) throw bodyIsNoJson();
  const body = await readBody(request, schema);
  if (body.kind === "refused") throw new RequestError(body.status, body.error);
  return body.value;
}

const HEADERS = { "cache-control": "no-store", connection: "close" };

function respond(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { ...HEADERS, "content-type": "application/json" })
    .end(JSON.stringify(body));
}
