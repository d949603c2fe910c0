// `berth connect` with the official SDK's clients of both eras, as an MCP client starts it.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { until } from "../../harness/until";
import { berth, ConnectedAgent, introduction, start } from "../support/berth";
import { useGround } from "../support/ground";
import { ModernAgent } from "../support/modernAgent";
import { makeRepository } from "../support/repositories";
import { openWindow } from "../support/window";

describe("berth connect", () => {
  const ground = useGround();
  const open = async (...folders: string[]) => {
    const window = await openWindow(ground, folders);
    for (const folder of folders) await window.record(folder);
    return window;
  };
  const connect = (args: readonly string[] = [], cwd?: string) =>
    ConnectedAgent.start(ground, ["connect", ...args], {
      ...(cwd !== undefined && { cwd }),
    });
  const rootOf = async (agent: Pick<ConnectedAgent, "callForJson">) =>
    (await agent.callForJson("getWorkspaceFolders"))["rootPath"];

  it("is the instance of the deepest worktree around its directory, of a name, or of another directory", async () => {
    const outer = makeRepository(ground.make("app"));
    const inner = ground.make("app", "worktrees", "inner");
    mkdirSync(path.join(inner, "deep"));
    makeRepository(inner, "topic");
    await open(outer, inner);
    const ways: [string[], string, string][] = [
      [[], outer, outer],
      [[], path.join(outer, "worktrees"), outer],
      [[], path.join(inner, "deep"), inner],
      [["topic"], outer, inner],
      [["--root", path.join(inner, "deep")], ground.directory, inner],
    ];
    for (const [args, cwd, expected] of ways) {
      const agent = await connect(args, cwd);
      assert.equal(await rootOf(agent), expected, `${args.join()} in ${cwd}`);
      await agent.close();
    }
  });

  it("stays with its worktree: when that closes, the one around it is never taken for it", async () => {
    const outer = makeRepository(ground.make("app"));
    const inner = ground.make("app", "inner");
    makeRepository(inner, "topic");
    const window = await open(outer, inner);
    const agent = await connect(["topic"], outer);
    assert.equal(await rootOf(agent), inner);
    await window.reconcile({ folders: [outer] });
    const waiting = rootOf(agent);
    await until("it has lost its instance", () => /Lost/.test(agent.stderr));
    await window.reconcile({ folders: [outer, inner] });
    assert.equal(await waiting, inner);
  });

  it("tells one from another, fifty at once", async () => {
    const folders = ["a", "b", "c", "d"].map((name) => ground.make(name));
    const window = await open(...folders);
    await window.reconcile({ settings: { maxClients: 100 } });
    const agents = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const folder = folders[index % folders.length] ?? "";
        return { folder, agent: await connect([], folder) };
      }),
    );
    const calls = Array.from({ length: 2_000 }, async () => {
      const { folder, agent } =
        agents[Math.floor(Math.random() * agents.length)] ?? assert.fail();
      const root = await rootOf(agent).catch(async (error: unknown) => {
        await until("it says why", () => agent.stderr.includes("Lost"));
        throw new Error(agent.stderr, { cause: error });
      });
      return root === folder;
    });
    assert.ok((await Promise.all(calls)).every(Boolean));
    await Promise.all(agents.map(({ agent }) => agent.close()));
  });

  it("waits for an instance that is not there yet", async () => {
    const folder = ground.make("late");
    const connecting = connect([], folder);
    await open(folder);
    assert.equal(await rootOf(await connecting), folder);
  });

  it("says why when there is none after half a minute, and ends with 1", async () => {
    const started = performance.now();
    const { code, stdout, stderr } = await berth(ground, [
      "connect",
      "nobody",
      "--health",
    ]);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /No instance is called "nobody"/);
    const agent = connect(["nobody"]);
    await assert.rejects(
      agent,
      /nobody cannot be reached: No instance is called/,
    );
    assert.ok(performance.now() - started > 29_000);
  });

  it("goes on by itself when the server was killed, with all that the client has set up", async () => {
    const folder = ground.make("a");
    const window = await open(folder);
    const agent = await connect([], folder);
    await agent.client.listTools();
    for (let round = 0; round < 3; round += 1) {
      const { starts } = window;
      await window.killSupervisor();
      assert.equal(await rootOf(agent), folder);
      await until("the window is back", () => window.starts > starts);
    }
    assert.match(agent.stderr, /Lost .*\n.*Connected to/s);
  });

  it("answers a call that was cut with an error, and sends it only once unless it only reads", async () => {
    const folder = ground.make("a");
    const window = await open(folder);
    const agent = await connect([], folder);
    await agent.client.listTools();
    window.answers = () => new Promise(() => undefined);
    const running = agent.call("runTask", { name: "build" });
    const reading = agent.call("workspaceSymbols", { query: "x" });
    const count = (kind: string) =>
      window.operations.filter((operation) => operation.kind === kind).length;
    await until(
      "both are there",
      () => count("runTask") === 1 && count("workspaceSymbols") === 1,
    );
    const { starts } = window;
    window.answers = ({ kind }) =>
      kind === "workspaceSymbols" ? { items: [], leftOut: 3 } : { exitCode: 0 };
    await window.killSupervisor();
    await assert.rejects(running, /was cut while it did this/);
    await until("the window is back", () => window.starts > starts);
    const { content } = await reading;
    assert.match(content[0]?.text ?? "", /"leftOut":3/);
    assert.deepEqual([count("runTask"), count("workspaceSymbols")], [1, 2]);
  });

  it("tells a call that the instance hangs, within seconds", async () => {
    const folder = ground.make("a");
    const window = await open(folder);
    const agent = await connect([], folder);
    assert.equal(await rootOf(agent), folder);
    const { pid } = await window.supervisor();
    process.kill(pid, "SIGSTOP");
    ground.defer(() => {
      try {
        process.kill(pid, "SIGCONT");
      } catch {
        // The window has ended it.
      }
    });
    const started = performance.now();
    await assert.rejects(
      agent.call("openFile", { filePath: "x" }),
      /was cut while it did this/,
    );
    assert.ok(performance.now() - started < 15_000);
    // The window starts another one, and the client goes on.
    await agent.client.listTools();
    assert.equal(await rootOf(agent), folder);
  });

  it("speaks the revision without sessions, also when the server was killed", async () => {
    const folder = ground.make("a");
    const window = await open(folder);
    const agent = await ModernAgent.start(ground, ["connect"], { cwd: folder });
    await agent.client.listTools();
    for (let round = 0; round < 3; round += 1) {
      const { starts } = window;
      assert.equal(await rootOf(agent), folder);
      await window.killSupervisor();
      assert.equal(await rootOf(agent), folder);
      await until("the window is back", () => window.starts > starts);
    }
    await agent.client.close();
    await until(
      "the instance forgets it",
      async () => (await window.running()).clients.length === 0,
    );
  });

  it("leaves nothing behind, whenever its client goes", async () => {
    const folder = ground.make("a");
    const window = await open(folder);
    const leave = async (moment: number): Promise<void> => {
      const child = start(ground, ["connect"], { cwd: folder });
      child.stdin?.on("error", () => undefined);
      child.stdin?.write(`${introduction}\n`);
      await delay(moment);
      for (const stream of [child.stdin, child.stdout, child.stderr])
        stream?.destroy();
      await once(child, "exit");
    };
    for (let moment = 0; moment < 600; moment += 20) await leave(moment);
    await until(
      "the instance forgets all",
      async () => (await window.running()).clients.length === 0,
    );
  });

  it("says with --health what it would reach", async () => {
    const folder = ground.make("a");
    const window = await open(folder);
    const { pid, port, instanceId } = await window.record();
    const agent = await connect([], folder);
    await rootOf(agent);
    const { code, stdout } = await berth(ground, ["connect", "--health"], {
      cwd: folder,
    });
    assert.equal(code, 0);
    const { clients, ...rest } = JSON.parse(stdout) as Record<string, unknown>;
    assert.deepEqual(rest, {
      name: "a",
      instanceId,
      worktree: folder,
      port,
      pid,
      state: "running",
      warning: null,
    });
    assert.equal(clients, 1);
  });
});
