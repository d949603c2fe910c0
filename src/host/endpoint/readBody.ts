// Reads a request's body, limited in size.
import type { IncomingMessage } from "node:http";

/** undefined if the body exceeds `limit` bytes; then none of it is kept in memory. */
export async function readBody(
  request: IncomingMessage,
  limit: number,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Drain it anyway: a client that is cut off while sending never sees the answer.
    if (size <= limit) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size <= limit ? Buffer.concat(chunks) : undefined;
}
