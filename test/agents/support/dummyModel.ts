// Stands in for a vendor's model in these tests: an HTTP server on loopback that follows the test's script.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { listen, portsFor } from "../../../src/core/system/ports";

export interface ToolCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** A part of the conversation so far: the user's words, or a tool's answer. */
export type Turn =
  | { readonly kind: "words"; readonly text: string }
  /** `text` is the answer as it was sent, in whatever form. */
  | { readonly kind: "tool"; readonly text: string };

/** A vendor's HTTP API. */
export interface Dialect {
  /** The conversation of a request, oldest first; empty where the model may not call tools. */
  read(path: string, body: unknown): readonly Turn[];
  /** Answers with a tool call, or with `done` if there is none. */
  write(
    response: ServerResponse,
    path: string,
    body: unknown,
    call: ToolCall | undefined,
  ): void;
}

/** What the model says when it has no (more) tools to call. */
export const done = "DUMMY_DONE";

/** Below every system's ephemeral ports, and outside Berth's range. */
const range = { first: 11_000, last: 14_999 };

export class DummyModel {
  readonly #scripts: [prompt: string, calls: readonly ToolCall[]][] = [];
  #turns: readonly Turn[] = [];
  #questions = 0;

  private constructor(
    private readonly server: Server,
    private readonly port: number,
    private readonly dialect: Dialect,
  ) {
    server.on("request", (request, response) => {
      void this.#answer(request, response);
    });
  }

  static async start(dialect: Dialect): Promise<DummyModel> {
    const server = createServer();
    for (const port of portsFor(randomUUID(), range))
      if (await listen(server, port))
        return new DummyModel(server, port, dialect);
    throw new Error("There is no free port for the dummy model.");
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** At this prompt the model calls these tools, each after the one before has answered. */
  script(prompt: string, ...calls: readonly ToolCall[]): void {
    this.#scripts.push([prompt, calls]);
  }

  /** How many times the model was asked to continue a conversation. */
  get questions(): number {
    return this.#questions;
  }

  /** All the text of the conversation that was sent last, as the agent composed it. */
  get heard(): string {
    return this.#textOf("words");
  }

  /** What the tools of that conversation have answered. */
  get answers(): string {
    return this.#textOf("tool");
  }

  async dispose(): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const path = request.url ?? "";
    const body = await readJson(request);
    const turns = this.dialect.read(path, body);
    if (turns.length > 0) {
      this.#questions += 1;
      this.#turns = turns;
    }
    const call = this.#next(turns);
    this.dialect.write(response, path, body, call);
  }

  #textOf(kind: Turn["kind"]): string {
    return this.#turns
      .flatMap((turn) => (turn.kind === kind ? [turn.text] : []))
      .join("\n");
  }

  /** Goes on with the script of the latest prompt that has one, after the tools that have answered since. */
  #next(turns: readonly Turn[]): ToolCall | undefined {
    let calls: readonly ToolCall[] = [];
    let answered = 0;
    for (const turn of turns) {
      const script =
        turn.kind === "words" &&
        this.#scripts.find(([prompt]) => turn.text.includes(prompt));
      if (script) {
        calls = script[1];
        answered = 0;
      } else if (turn.kind === "tool") answered += 1;
    }
    return calls[answered];
  }
}

export function answerJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === "" ? {} : (JSON.parse(text) as unknown);
}
