// Converts between Node's HTTP and the web's Request and Response, which the MCP SDK uses.
import type { IncomingMessage, ServerResponse } from "node:http";

/** Bytes buffered for a peer that does not read; above this it is disconnected. */
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;

export interface Message {
  readonly request: IncomingMessage;
  /** undefined if it is not JSON. */
  readonly body: unknown;
}

/** The body itself is handed to the SDK apart, already parsed. */
export function webRequest(
  { request }: Message,
  signal: AbortSignal | null = null,
): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    if (typeof value === "string") headers.set(name, value);
  const { method = "GET", url = "/" } = request;
  return new Request(new URL(url, "http://127.0.0.1"), {
    method,
    headers,
    body: method === "POST" ? "" : null,
    signal,
  });
}

/**
 * Resolves when the response is sent or the peer is gone. A stream is cancelled when the peer disconnects. `onDidCut` is
 * told if the peer is disconnected because it does not read.
 */
export async function send(
  { status, headers, body }: Response,
  response: ServerResponse,
  onDidCut?: () => void,
): Promise<void> {
  const reader = body?.getReader();
  const cancel = () => void reader?.cancel().catch(() => undefined);
  response.once("close", cancel);
  if (response.destroyed) cancel();
  response.writeHead(status, Object.fromEntries(headers));
  response.flushHeaders();
  for (
    let part = await reader?.read();
    part?.value !== undefined;
    part = await reader?.read()
  ) {
    // Only what was queued before counts, so that one large message cuts nobody who reads.
    if (response.writableLength > MAX_BUFFERED_BYTES) {
      onDidCut?.();
      response.destroy();
    } else response.write(part.value);
  }
  response.end();
}

/** An error in the SDK's format for a response that belongs to no request. */
export function errorResponse(
  status: number,
  code: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json(
    { jsonrpc: "2.0", error: { code, message }, id: null },
    { status, headers },
  );
}
