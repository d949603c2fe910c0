// A raw socket, for what no well-behaved client sends.
import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { until } from "../../harness/until";

export class Wire {
  received = "";
  /** The other end has closed its side for writing. */
  hasEnded = false;
  isClosed = false;

  private constructor(readonly socket: Socket) {
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => {
      this.received += chunk;
    });
    socket.on("end", () => {
      this.hasEnded = true;
    });
    socket.on("close", () => {
      this.isClosed = true;
    });
    socket.on("error", () => undefined);
  }

  /** A connection whose own end stays open until dispose(), whatever the other end does. */
  static async open(port: number): Promise<Wire> {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    await once(socket, "connect");
    return new Wire(socket);
  }

  send(text: string): void {
    this.socket.write(text);
  }

  /** The status code of the answer. */
  async status(): Promise<number> {
    const head = await until("an HTTP answer arrives", () =>
      /^HTTP\/1\.1 (\d{3})/.exec(this.received),
    );
    return Number(head[1]);
  }

  ended(): Promise<boolean> {
    return until(
      "the other end closes",
      () => this.hasEnded || this.isClosed,
      20_000,
    );
  }

  dispose(): void {
    this.socket.destroy();
  }
}

/** An array repeats a header; undefined leaves it out. */
type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The text of a WebSocket handshake. */
export function handshake(
  port: number,
  headers: Headers = {},
  path = "/",
): string {
  const all: Headers = {
    Host: `127.0.0.1:${port}`,
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    (typeof value === "string" ? [value] : (value ?? [])).map(
      (one) => `${name}: ${one}\r\n`,
    ),
  );
  return `GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** Sends a request and resolves with the status code of the answer. */
export async function statusOf(port: number, request: string): Promise<number> {
  const wire = await Wire.open(port);
  try {
    wire.send(request);
    return await wire.status();
  } finally {
    wire.dispose();
  }
}
