// Between Node's HTTP and the web's requests and responses, in which the MCP SDK speaks.
import type { IncomingMessage, ServerResponse } from "node:http";

/** Bytes that may wait for a peer that does not read. */
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;

export interface Message {
  readonly request: IncomingMessage;
  readonly text: string;
  /** The parsed text; undefined where it is not JSON. */
  readonly body: unknown;
}

/** The whole body, or undefined when it has more bytes than `limit`; what is over the limit is not kept. */
export async function readBody(
  request: IncomingMessage,
  limit: number,
): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Read to its end all the same: a client that is cut off while it sends never sees the answer.
    if (size <= limit) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size <= limit ? Buffer.concat(chunks).toString() : undefined;
}

export function webRequest({ request, text }: Message): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    if (typeof value === "string") headers.set(name, value);
  const { method = "GET", url = "/" } = request;
  return new Request(new URL(url, "http://127.0.0.1"), {
    method,
    headers,
    body: method === "POST" ? text : null,
  });
}

/** Sends the response; resolves when it is out or the peer is gone. A stream is cancelled when the peer goes. */
export async function send(
  { status, headers, body }: Response,
  response: ServerResponse,
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
    response.write(part.value);
    if (response.writableLength > MAX_BUFFERED_BYTES) response.destroy();
  }
  response.end();
}

/** An error as the SDK puts it into an answer that belongs to no request. */
export function refusal(
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
