// One of many clients that keep a server busy at almost no cost of their own: outgoing frames are prebuilt and incoming
// ones only counted, so the server is what is measured.
import { randomBytes } from "node:crypto";
import { request } from "node:http";
import type { Socket } from "node:net";

export class LoadClient {
  /** Answers since the start. */
  answers = 0;
  #received: Buffer = Buffer.alloc(0);
  #next: Buffer | undefined;
  #onAnswer: () => void = () => undefined;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      this.#receive(chunk);
    });
    socket.on("error", () => undefined);
  }

  static async connect(port: number, token: string): Promise<LoadClient> {
    const socket = await new Promise<Socket>((resolve, reject) => {
      const upgrade = request({
        host: "127.0.0.1",
        port,
        headers: {
          connection: "Upgrade",
          upgrade: "websocket",
          "sec-websocket-version": "13",
          "sec-websocket-key": randomBytes(16).toString("base64"),
          authorization: `Bearer ${token}`,
        },
      });
      upgrade.on("upgrade", (_response, upgraded) => {
        resolve(upgraded);
      });
      upgrade.on("response", ({ statusCode }) => {
        reject(new Error(`refused with ${String(statusCode)}`));
      });
      upgrade.on("error", reject);
      upgrade.end();
    });
    return new LoadClient(socket);
  }

  /** Sends one message and waits for one answer. */
  async request(message: object): Promise<void> {
    const answered = new Promise<void>((resolve) => {
      this.#onAnswer = resolve;
    });
    this.send(message);
    await answered;
  }

  send(message: object): void {
    this.socket.write(encodeFrame(message));
  }

  /** Resends the message after each answer, until dispose(). */
  requestContinuously(message: object): void {
    this.#next = encodeFrame(message);
    this.socket.write(this.#next);
  }

  dispose(): void {
    this.#next = undefined;
    this.socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received =
      this.#received.length === 0
        ? chunk
        : Buffer.concat([this.#received, chunk]);
    for (;;) {
      const size = frameSize(this.#received);
      if (size === undefined || size > this.#received.length) return;
      this.#received = this.#received.subarray(size);
      this.answers += 1;
      this.#onAnswer();
      if (this.#next) this.socket.write(this.#next);
    }
  }
}

/** A masked text frame; the mask is zero, which the protocol allows and the server still applies. */
function encodeFrame(message: object): Buffer {
  const payload = Buffer.from(JSON.stringify(message));
  const isShort = payload.length < 126;
  const header = Buffer.alloc(isShort ? 6 : 8);
  header[0] = 0x81;
  header[1] = 0x80 | (isShort ? payload.length : 126);
  if (!isShort) header.writeUInt16BE(payload.length, 2);
  return Buffer.concat([header, payload]);
}

/** Bytes of the unmasked frame at the start; undefined while its header is incomplete. */
function frameSize(received: Buffer): number | undefined {
  const length = received[1];
  if (length === undefined) return undefined;
  if (length < 126) return 2 + length;
  return received.length < 4 ? undefined : 4 + received.readUInt16BE(2);
}
