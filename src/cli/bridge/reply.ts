// What an MCP endpoint answers over HTTP, as messages: one, or a stream of them.
import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { createParser } from "eventsource-parser";

/** A message from the endpoint, with the id by which its stream goes on after it. */
export interface Received {
  readonly text: string;
  readonly eventId: string | undefined;
}

export interface Reply {
  readonly status: number;
  readonly sessionId: string | undefined;
  /** What it answers with: one message, or a stream of them, or none. Read by one, to its end. Throws if the connection is cut. */
  messages(): AsyncIterable<Received>;
  /** The whole body, where it is short. */
  body(): Promise<string>;
}

/** `onDidHear` is told of each part of a stream. */
export function replyOf(
  response: IncomingMessage,
  onDidHear: () => void,
): Reply {
  const { statusCode = 0, headers } = response;
  const sessionId = headers["mcp-session-id"];
  const isStream = (headers["content-type"] ?? "").startsWith(
    "text/event-stream",
  );
  return {
    status: statusCode,
    sessionId: typeof sessionId === "string" ? sessionId : undefined,
    messages: () => (isStream ? events(response, onDidHear) : whole(response)),
    body: () => text(response),
  };
}

async function* whole(response: IncomingMessage): AsyncGenerator<Received> {
  const body = await text(response);
  if (body.trim() !== "") yield { text: body, eventId: undefined };
}

async function* events(
  response: IncomingMessage,
  onDidHear: () => void,
): AsyncGenerator<Received> {
  const received: Received[] = [];
  const parser = createParser({
    onEvent: ({ data, id }) => {
      received.push({ text: data, eventId: id });
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of response as AsyncIterable<Buffer>) {
    onDidHear();
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* received.splice(0);
  }
}
