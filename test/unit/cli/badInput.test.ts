// What `berth connect` does with a client that sends or reads badly, or goes at any moment.
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { until } from "../../harness/until";
import { introduction, start } from "../support/berth";
import { useGround } from "../support/ground";
import { openWindow, type Window } from "../support/window";

describe("berth connect, to a bad client,", () => {
  const ground = useGround();
  let window: Window;
  beforeEach(async () => {
    window = await openWindow(ground, [ground.make("a")]);
    await window.record();
  });

  /** Started by hand, to send it what no client sends. */
  class Raw {
    readonly child: ChildProcess = start(ground, ["connect", "a"]);
    stderr = "";
    #stdout = "";

    constructor() {
      this.child.stdout?.on("data", (chunk: Buffer) => {
        this.#stdout += chunk.toString();
      });
      this.child.stderr?.on("data", (chunk: Buffer) => {
        this.stderr += chunk.toString();
      });
      this.child.stdin?.on("error", () => undefined);
    }

    get messages(): Record<string, unknown>[] {
      return this.#stdout
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    }

    send(line: string | Buffer): void {
      this.child.stdin?.write(line);
      this.child.stdin?.write("\n");
    }

    answer(id: unknown) {
      return until(`the answer to ${String(id)}`, () =>
        this.messages.find((message) => message["id"] === id),
      );
    }

    async introduce(): Promise<this> {
      this.send(introduction);
      await this.answer(0);
      this.send('{"jsonrpc":"2.0","method":"notifications/initialized"}');
      return this;
    }

    async ended(): Promise<unknown> {
      const { exitCode, signalCode } = this.child;
      if (exitCode !== null || signalCode !== null)
        return exitCode ?? signalCode;
      const [code, signal] = (await once(this.child, "exit")) as [
        number | null,
        string | null,
      ];
      return code ?? signal;
    }
  }

  const agents = async () => {
    const state = await window.running();
    return state.clients.length;
  };
  const code = (message: Record<string, unknown>) =>
    (message["error"] as { code?: number } | undefined)?.code;

  it("answers what is no message, and goes on", async () => {
    const raw = await new Raw().introduce();
    for (const [line, expected] of [
      ["{ broken", -32_700],
      ["42", -32_700],
      ['{"jsonrpc":"2.0"}', -32_600],
      [Buffer.from([0xff, 0xfe, 0x80]), -32_700],
    ] as const) {
      const before = raw.messages.length;
      raw.send(line);
      const answered = await until("an answer", () => raw.messages[before]);
      assert.deepEqual([answered["id"], code(answered)], [null, expected]);
    }
    raw.send(
      `[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"}]`,
    );
    for (const id of [1, 2])
      assert.deepEqual((await raw.answer(id))["result"], {});
    raw.send("");
    raw.send('{"jsonrpc":"2.0","id":"é\\u0000","method":"ping"}');
    assert.deepEqual((await raw.answer("é\u0000"))["result"], {});
  });

  it("refuses a line of 100 MB without keeping it, and goes on", async () => {
    const raw = await new Raw().introduce();
    const part = Buffer.alloc(1024 * 1024, "x");
    for (let each = 0; each < 100; each += 1)
      if (!raw.child.stdin?.write(part))
        await once(raw.child.stdin ?? raw.child, "drain");
    raw.send("");
    const refused = await raw.answer(null);
    assert.equal(code(refused), -32_600);
    raw.send('{"jsonrpc":"2.0","id":1,"method":"ping"}');
    await raw.answer(1);
    raw.send(
      JSON.stringify({
        jsonrpc: "2.0",
        id: 2,
        method: "tools/call",
        params: {
          name: "openFile",
          arguments: { filePath: "y".repeat(11 * 1024 * 1024) },
        },
      }),
    );
    const tooLarge = await raw.answer(2);
    assert.match(JSON.stringify(tooLarge["error"]), /bytes/);
  });

  it("ends when the client closes its end, in the middle of a message too, and leaves no agent behind", async () => {
    const raw = await new Raw().introduce();
    await until("the instance knows it", async () => (await agents()) === 1);
    raw.child.stdin?.end('{"jsonrpc":"2.0","id":1,');
    assert.equal(await raw.ended(), 0);
    await until("the instance forgets it", async () => (await agents()) === 0);
  });

  it("answers what was asked before its input ended", async () => {
    const raw = new Raw();
    raw.child.stdin?.end(`${introduction}\n`);
    assert.equal(await raw.ended(), 0);
    assert.equal(raw.messages.length, 1);
  });

  it("ends quietly when nobody reads its output any more", async () => {
    const raw = await new Raw().introduce();
    raw.child.stdout?.destroy();
    raw.send('{"jsonrpc":"2.0","id":1,"method":"ping"}');
    assert.equal(await raw.ended(), 0);
    assert.ok(!/EPIPE|Error/.test(raw.stderr), raw.stderr);
  });

  it("ends by any signal, and leaves no agent behind", async () => {
    for (const [signal, expected] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
      ["SIGHUP", 129],
    ] as const) {
      const raw = await new Raw().introduce();
      await until("the instance knows it", async () => (await agents()) === 1);
      raw.child.kill(signal);
      assert.equal(await raw.ended(), expected);
      await until(
        "the instance forgets it",
        async () => (await agents()) === 0,
      );
    }
    const early = new Raw();
    early.child.kill("SIGTERM");
    assert.ok([143, "SIGTERM"].includes((await early.ended()) as never));
  });

  it("loses nothing of what the client reads late", async () => {
    const raw = new Raw();
    const { stdout } = raw.child;
    assert.ok(stdout);
    stdout.removeAllListeners("data");
    stdout.pause();
    raw.send(introduction);
    raw.send('{"jsonrpc":"2.0","method":"notifications/initialized"}');
    const count = 400;
    for (let id = 1; id <= count; id += 1)
      raw.send(`{"jsonrpc":"2.0","id":${id},"method":"tools/list"}`);
    let output = "";
    stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    stdout.resume();
    const ids = () =>
      new Set(
        output
          .split("\n")
          .slice(0, -1)
          .map((line) => (JSON.parse(line) as { id?: number }).id)
          .filter((id) => id !== undefined),
      );
    await until("all answers", () => ids().size === count + 1);
  });
});
