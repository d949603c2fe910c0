// The control API under /berth/: how other windows and the command line ask and steer one instance.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Description, Health } from "../../core/control/api";
import { UserError } from "../../core/errors";
import { type Mention, sendSchema } from "../../core/control/mention";
import { readBody } from "./jsonBody";

export interface ControlActions {
  health(): Health;
  describe(): Omit<Description, "memory">;
  /** Resolves with the number of agents that were told. Whoever asked may give up while it waits for one. */
  send(mention: Mention, gaveUp: AbortSignal): Promise<number>;
  /** Resolves when the discovery files are gone; the rest may follow. */
  stop(): Promise<void>;
  focus(): void;
  /** Gives the port up if this window is going away or gone; false: it stays. */
  handOver(): Promise<boolean>;
}

type Route = (
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<void>;

export function controlRoutes(actions: ControlActions): Map<string, Route> {
  return new Map([
    ["/berth/health", route("GET", () => actions.health())],
    ["/berth/instance", route("GET", () => describe(actions))],
    ["/berth/send", method("POST", sendRoute(actions))],
    [
      "/berth/stop",
      route("POST", async () => {
        await actions.stop();
        return { stopped: true };
      }),
    ],
    [
      "/berth/handover",
      route("POST", async () => ({ handedOver: await actions.handOver() })),
    ],
    [
      "/berth/focus",
      route("POST", () => {
        actions.focus();
        return { focused: true };
      }),
    ],
  ]);
}

function describe(actions: ControlActions): Description {
  const { rss, heapUsed } = process.memoryUsage();
  return { ...actions.describe(), memory: { rss, heapUsed } };
}

function sendRoute(actions: ControlActions): Route {
  return async (request, response) => {
    const body = await readBody(request, sendSchema);
    if (body.kind === "refused") {
      answer(response, body.status, { error: body.error });
      return;
    }
    const gaveUp = new AbortController();
    response.once("close", () => {
      gaveUp.abort();
    });
    const { file, lines = null } = body.value;
    try {
      const sent = await actions.send({ path: file, lines }, gaveUp.signal);
      answer(response, 200, { sent });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      answer(response, 409, { error: error.message });
    }
  };
}

function route(
  verb: "GET" | "POST",
  act: () => object | Promise<object>,
): Route {
  return method(verb, async (_request, response) => {
    answer(response, 200, await act());
  });
}

function method(verb: "GET" | "POST", then: Route): Route {
  return async (request, response) => {
    if (request.method === verb) await then(request, response);
    else response.writeHead(405, { allow: verb }).end();
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, {
      "content-type": "application/json",
      "cache-control": "no-store",
      connection: "close",
    })
    .end(JSON.stringify(body));
}
