// What an endpoint says, passed on to the client as it is: each call is answered once, and by its own connection.
import type { Connection } from "./link";
import {
  isRequest,
  isResponse,
  type Message,
  readMessages,
  type Request,
} from "./message";
import type { SessionMemory } from "./sessionMemory";
import type { Received, Reply } from "./reply";

/** A request of the client that is not answered yet. */
export interface Call {
  readonly message: Request;
  readonly text: string;
  readonly cancelled: AbortController;
  isAnswered: boolean;
  /** The client knows that its subscription has begun. */
  isAcknowledged: boolean;
}

export class Delivery {
  /** The endpoint has answered a call. */
  hasReached = false;

  constructor(
    private readonly memory: SessionMemory,
    /** Of one line to the client. */
    private readonly writeLine: (line: string) => Promise<void>,
  ) {}

  /** Resolves when the call is answered. The rest is read nevertheless, so that its connection serves the next call. */
  deliverAll(connection: Connection, reply: Reply, call: Call) {
    return new Promise<{ readonly lastId: string | undefined }>(
      (resolve, reject) => {
        const read = async (): Promise<void> => {
          let lastId: string | undefined;
          for await (const received of reply.messages()) {
            lastId = received.eventId ?? lastId;
            await this.deliver(connection, received, call);
            if (call.isAnswered) resolve({ lastId });
          }
          resolve({ lastId });
        };
        read().catch(reject);
      },
    );
  }

  /** Without a call: what the endpoint tells by itself. */
  async deliver(
    connection: Connection,
    { text }: Received,
    call?: Call,
  ): Promise<void> {
    const messages = readMessages(text) ?? [];
    for (const message of messages) {
      if (isResponse(message)) {
        // An answer that nobody waits for is another session's, or a second one.
        if (!call || message.id !== call.message.id || call.isAnswered)
          continue;
        this.hasReached = true;
        this.memory.note(call.message, message);
        call.isAnswered = true;
      } else if (isRequest(message)) connection.asked.add(message.id);
      else if (message.method === "notifications/subscriptions/acknowledged") {
        if (call?.isAcknowledged) continue;
        if (call) call.isAcknowledged = true;
      }
      // As it is, unless a line end in it would end the message.
      if (messages.length === 1 && !/[\r\n]/.test(text))
        await this.writeLine(text);
      else await this.write(message);
    }
  }

  write(message: Message): Promise<void> {
    return this.writeLine(JSON.stringify({ jsonrpc: "2.0", ...message }));
  }
}
