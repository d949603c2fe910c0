// `berth connect --backend`: a backend of the worktree as a server on standard streams.
import assert from "node:assert/strict";
import path from "node:path";
import {
  backendNames,
  mcpBackends,
  tellingTools,
} from "../../harness/backends";
import { until } from "../../harness/until";
import { backendWindows } from "../support/backendWindows";
import { berth, ConnectedAgent, introduction } from "../support/berth";
import { useGround } from "../support/ground";
import { addWorktree, makeRepository } from "../support/repositories";
import { root } from "../support/root";

const uri = "demo://resource/dynamic/text/1";

describe("berth connect --backend", () => {
  const ground = useGround();
  const { open, ready, is } = backendWindows(ground);
  const connect = (name: string, cwd: string) =>
    ConnectedAgent.start(ground, ["connect", "--backend", name], { cwd });

  for (const name of backendNames)
    it(`is the one of its directory's worktree, started at the first message and held while the client lives: ${name}`, async () => {
      const app = makeRepository(ground.path("app"));
      const feature = addWorktree(app, ground.path("feature"), "feature");
      const window = await open(mcpBackends, { folders: [app, feature] });
      const { tool, says } = tellingTools[name];
      for (const worktree of [app, feature]) {
        const agent = await connect(name, worktree);
        const answer = JSON.stringify(await agent.call(tool));
        assert.ok(answer.includes(says(worktree)), answer);
        const { pid } = await ready(window, name, worktree);
        assert.ok(pid > 0);
        await agent.close();
      }
    });

  it("sets up again what its client had, when it was restarted after a crash", async () => {
    const app = makeRepository(ground.path("app"));
    const window = await open(mcpBackends, { folders: [app] });
    const agent = await connect("http", app);
    await agent.client.subscribeResource({ uri });
    const { pid } = await ready(window, "http");
    process.kill(pid, "SIGKILL");
    await is("backoff", window, "http");
    const updates = () =>
      agent.notifications.filter(
        (method) => method === "notifications/resources/updated",
      ).length;
    assert.equal(updates(), 0);
    await agent.call("toggle-subscriber-updates");
    await until("an update", () => updates() > 0);
    assert.notEqual((await ready(window, "http")).pid, pid);
  });

  it("answers a call once, whatever the server says after its answer", async () => {
    const app = makeRepository(ground.path("app"));
    const program = path.join(root, "test/unit/support/programs");
    await open(
      {
        twice: {
          command: process.execPath,
          args: [path.join(program, "answersTwice.mjs"), "${port}"],
          url: "http://127.0.0.1:${port}/mcp",
        },
      },
      { folders: [app] },
    );
    const lines = [
      introduction,
      JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" }),
      ...[1, 2, 3].map((id) =>
        JSON.stringify({
          jsonrpc: "2.0",
          id,
          method: "tools/call",
          params: { name: "any" },
        }),
      ),
    ];
    const { stdout, stderr } = await berth(
      ground,
      ["connect", "--backend", "twice"],
      { cwd: app, input: `${lines.join("\n")}\n` },
    );
    const answers = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { id: number; result?: unknown });
    assert.deepEqual(answers.map(({ id }) => id).sort(), [0, 1, 2, 3], stderr);
    assert.ok(answers.every(({ result }) => result !== undefined));
  });

  it("says which there are where there is none of that name", async () => {
    const app = makeRepository(ground.path("app"));
    await open(mcpBackends, { folders: [app] });
    const { code, stdout, stderr } = await berth(
      ground,
      ["connect", "--backend", "nothing"],
      {
        cwd: app,
        input: `${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" })}\n`,
      },
    );
    assert.equal(code, 1, stderr);
    assert.match(stderr, /nothing/);
    const { error } = JSON.parse(stdout) as { error: { message: string } };
    assert.match(error.message, /nothing/);
  });
});
