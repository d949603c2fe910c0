// The HTTP API of the supervisor: by it programs get a backend for a directory, and give it back.
import type { IncomingMessage } from "node:http";
import * as z from "zod/mini";
import {
  bodyIsNoJson,
  noSuchBackendId,
  noSuchSession,
  RequestError,
} from "../../core/backendErrors";
import { UserError } from "../../core/errors";
import { readJsonBody } from "../../host/endpoint/jsonBody";
import {
  answering,
  memory,
  onlyFor,
  respond,
  type Route,
  type Verb,
} from "../../host/endpoint/jsonRoutes";
import type { InstanceHost } from "../../host/reconcile/instanceHost";
import type { Backend } from "../backends/backend";
import { MAX_SESSIONS } from "../sessions/sessions";
import type { BackendHost } from "../backends/backendHost";
import { describeBackend } from "./describe";

export interface ApiRoutes {
  /** undefined: unknown path. */
  get(path: string): Route | undefined;
}

const requestSchema = z.object({
  project_path: z.string().check(z.minLength(1)),
  backend: z.optional(z.string()),
  pid: z.optional(z.int().check(z.positive())),
});
const releaseSchema = z.object({ session_id: z.string() });

const BACKEND_PATH = /^\/backends\/([\w.-]+)\/(restart|stop|log)$/;

export function apiRoutes(
  host: BackendHost,
  instances: Pick<InstanceHost, "health">,
): ApiRoutes {
  const routes = new Map<string, Route>([
    ["/request-session", requestSession(host)],
    ["/release-session", releaseSession(host)],
    ["/sessions", answering("GET", () => ({ sessions: sessionsOf(host) }))],
    [
      "/backends",
      answering("GET", () => ({
        backends: host.all.map(describeBackend),
      })),
    ],
    ["/instances", answering("GET", () => ({ instances: instances.health }))],
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
function requestSession(host: BackendHost): Route {
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
      ...(backend.spec.definition.type === "stdio" && { proves: true }),
    });
  });
}

function releaseSession({ sessions }: BackendHost): Route {
  return handling("POST", async (request, response) => {
    const { session_id } = await jsonOf(request, releaseSchema);
    const status = await sessions.release(session_id);
    if (status === undefined) throw noSuchSession(session_id);
    respond(response, 200, { status, session_id });
  });
}

function health({ sessions, all }: BackendHost) {
  return {
    pid: process.pid,
    sessions: sessions.count,
    backends: all.filter(({ state }) => state.kind !== "stopped").length,
    limits: { sessions: MAX_SESSIONS },
    memory: memory(),
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
): Route {
  const find = (): Backend => {
    const backend = host.get(id);
    if (!backend) throw noSuchBackendId(id);
    return backend;
  };
  if (action === "log")
    return handling("GET", (_request, response) => {
      const { definition, place } = find().spec;
      const { name } = definition;
      const { worktree } = place;
      respond(response, 200, host.logs.recent({ worktree, name }));
    });
  return handling("POST", async (_request, response) => {
    const backend = find();
    if (action === "stop") {
      await host.stop(backend);
      respond(response, 200, describeBackend(backend));
      return;
    }
    // By what is defined now, and allowed.
    const { definition, place } = backend.spec;
    const next = await host.findAgain(place.worktree, definition.name);
    await next.restart();
    respond(response, 200, describeBackend(next));
  });
}

/** Turns expected failures into their statuses. */
function handling(
  verb: Verb,
  handle: (...args: Parameters<Route>) => Promise<void> | void,
): Route {
  return onlyFor(verb, async (request, response) => {
    try {
      await handle(request, response);
    } catch (error) {
      // Nobody is left to tell.
      if (response.destroyed) return;
      if (!(error instanceof UserError)) throw error;
      const status = error instanceof RequestError ? error.status : 500;
      respond(response, status, { error: error.message });
    }
  });
}

async function jsonOf<T>(
  request: IncomingMessage,
  schema: z.ZodMiniType<T>,
): Promise<T> {
  const type = request.headers["content-type"] ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) throw bodyIsNoJson();
  const body = await readJsonBody(request, schema);
  if (body.kind === "refused") throw new RequestError(body.status, body.error);
  return body.value;
}
