// The control API under /berth/: how other windows and the command line ask and steer one instance.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Health } from "../../core/contracts";

export interface ControlActions {
  health(): Health;
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

function route(
  method: "GET" | "POST",
  answer: () => object | Promise<object>,
): Route {
  return async (request, response) => {
    if (request.method !== method) {
      response.writeHead(405, { allow: method }).end();
      return;
    }
    const body = JSON.stringify(await answer());
    response
      .writeHead(200, {
        "content-type": "application/json",
        "cache-control": "no-store",
        connection: "close",
      })
      .end(body);
  };
}
