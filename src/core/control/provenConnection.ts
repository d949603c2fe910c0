// A connection whose other end has proved to be who the caller means, before any token is sent on it: any user may bind a port whose
// owner is gone. See proof.ts.
import { once } from "node:events";
import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  request,
  type RequestOptions,
} from "node:http";
import type { Socket } from "node:net";
import { errorCode } from "../errors";
import { portIsHeldByAnother } from "../messages/instances";
import { freshToken } from "../system/freshToken";
import { isSameSecret, PROOF_HEADER, PROOF_PATH, prove } from "./proof";

/** Whose proof is asked for. */
export interface Holder {
  readonly port: number;
  readonly controlToken: string;
}

/** The connection was closed before the request was sent, or read: it is safe to send it again. */
export class NotSent extends Error {}

const cameTooLate = "it is too busy to answer in time";

export class ProvenConnection {
  /** Bytes that had come when the last response had ended. */
  #heard: number;

  private constructor(
    private readonly port: number,
    private readonly agent: Agent,
    private readonly socket: Socket,
  ) {
    this.#heard = socket.bytesRead;
  }

  /** Throws NotSent if it is too busy, and another error if nobody answers, or whoever does has not proved to be it. The caller closes it. */
  static async open(
    { port, controlToken }: Holder,
    signal: AbortSignal,
  ): Promise<ProvenConnection> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      const nonce = freshToken();
      const outgoing = begin({
        host: "127.0.0.1",
        port,
        agent,
        signal,
        path: `${PROOF_PATH}?nonce=${nonce}`,
      });
      outgoing.end();
      const [response] = (await once(outgoing, "response")) as [
        IncomingMessage,
      ];
      if (response.statusCode === 408) throw new NotSent(cameTooLate);
      const { socket } = response;
      const sent = response.headers[PROOF_HEADER];
      const proof = prove(controlToken, port, nonce);
      if (typeof sent !== "string" || !isSameSecret(sent, proof))
        throw new Error(portIsHeldByAnother);
      response.resume();
      await once(response, "end");
      return new ProvenConnection(port, agent, socket);
    } catch (error) {
      agent.destroy();
      // It gives way to a flood.
      throw errorCode(error) === "ECONNRESET"
        ? new NotSent(cameTooLate)
        : error;
    }
  }

  get isOpen(): boolean {
    // What has come since is a goodbye, which an idle connection loses.
    return !this.socket.destroyed && this.socket.bytesRead === this.#heard;
  }

  /**
   * One request at a time. `headers` may hold a token: they go over this connection or nowhere. Resolves with the response, whose body
   * the caller reads. Throws NotSent, or the system's error.
   */
  async send(
    options: RequestOptions,
    headers: Readonly<Record<string, string>>,
    body?: string | Buffer,
  ): Promise<IncomingMessage> {
    const outgoing = begin({
      ...options,
      host: "127.0.0.1",
      port: this.port,
      agent: this.agent,
    });
    const [socket] = (await once(outgoing, "socket")) as [Socket];
    // Whoever accepts another connection may be another program.
    if (socket !== this.socket || !this.isOpen) {
      outgoing.destroy();
      throw new NotSent("the connection was closed");
    }
    for (const [name, value] of Object.entries(headers))
      outgoing.setHeader(name, value);
    outgoing.end(body);
    const [response] = (await once(outgoing, "response")) as [IncomingMessage];
    if (response.statusCode === 408) throw new NotSent(cameTooLate);
    response.once("end", () => {
      this.#heard = socket.bytesRead;
    });
    return response;
  }

  close(): void {
    this.agent.destroy();
  }
}

function begin(options: RequestOptions): ClientRequest {
  const outgoing = request(options);
  // After the response has begun nobody else listens, and an error without a listener would end the process.
  outgoing.on("error", () => undefined);
  return outgoing;
}
