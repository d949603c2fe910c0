// What the HTTP routes of Berth's own have in common: one verb each, answers in JSON, and a connection for each question.
import type { IncomingMessage, ServerResponse } from "node:http";

export type Verb = "GET" | "POST";
export type Route = (
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<void>;

export function onlyFor(
  verb: Verb,
  handle: (...args: Parameters<Route>) => Promise<void> | void,
): Route {
  return async (request, response) => {
    if (request.method === verb) await handle(request, response);
    else response.writeHead(405, { allow: verb, connection: "close" }).end();
  };
}

/** Answers 200. */
export function answering(
  verb: Verb,
  answer: () => object | Promise<object>,
): Route {
  return onlyFor(verb, async (_request, response) => {
    respond(response, 200, await answer());
  });
}

export function respond(
  response: ServerResponse,
  status: number,
  body: object | string,
): void {
  const isText = typeof body === "string";
  response
    .writeHead(status, {
      "content-type": isText ? "text/plain; charset=utf-8" : "application/json",
      "cache-control": "no-store",
      connection: "close",
    })
    .end(isText ? body : JSON.stringify(body));
}

/** Of this process, in bytes. */
export function memory(): { readonly rss: number; readonly heapUsed: number } {
  const { rss, heapUsed } = process.memoryUsage();
  return { rss, heapUsed };
}
