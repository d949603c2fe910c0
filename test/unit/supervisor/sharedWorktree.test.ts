import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { until } from "../../harness/until";
import { Agent } from "../support/agent";
import { useGround } from "../support/ground";
import { Window, type WindowSetup } from "../support/window";

describe("two windows on one worktree", function () {
  const ground = useGround();
  let app: string;
  beforeEach(() => {
    app = ground.make("app");
  });
  const open = async (name: string, change: Partial<WindowSetup> = {}) =>
    ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders: [app],
        workspace: `file:///${name}`,
        ...change,
        settings: { reloadGrace: 20_000, ...change.settings },
      }),
    );
  const locks = () =>
    readdirSync(ground.locks).filter((name) => name.endsWith(".lock"));
  const leads = (window: Window, workspace: string) =>
    until(`${workspace} leads`, async () => {
      const { windows } = await window.record(app);
      return windows.find(({ lead }) => lead)?.workspace === workspace;
    });
  const select = (window: Window, text: string) => {
    const file = path.join(app, "a.txt");
    const position = { line: 0, character: 0 };
    void window.host.pushState({
      selection: {
        text,
        path: file,
        uri: `file://${file}`,
        range: { start: position, end: position },
      },
    });
  };
  const propose = (agent: Agent) => {
    const file = path.join(app, "a.txt");
    return agent.call("openDiff", {
      old_file_path: file,
      new_file_path: file,
      new_file_contents: "proposed\n",
      tab_name: "tab",
    });
  };
  const seen = async (agent: Agent) => {
    const { content } = await agent.call("getCurrentSelection");
    return JSON.parse(content[0]?.text ?? "") as { text?: string };
  };

  it("have one instance: one port, one lock file, one record that names both", async () => {
    const [a, b] = [await open("a"), await open("b")];
    const record = await a.record(app);
    assert.deepEqual(await b.record(app), record);
    assert.deepEqual(locks(), [`${record.port}.lock`]);
    assert.deepEqual(record.windows.map(({ workspace }) => workspace).sort(), [
      "file:///a",
      "file:///b",
    ]);
  });

  it("are led by the one focused last: it acts, and agents see its state", async () => {
    const a = await open("a", { focusedAt: 1 });
    const b = await open("b", { focusedAt: 2 });
    select(a, "in a");
    select(b, "in b");
    const agent = ground.own(await Agent.connect(await a.record(app)));
    await leads(a, "file:///b");
    await until("b's is seen", async () => (await seen(agent)).text === "in b");
    await agent.call("openFile", { filePath: path.join(app, "a.txt") });
    assert.deepEqual([a.opened.length, b.opened.length], [0, 1]);
    void a.host.noteFocus(3);
    await leads(a, "file:///a");
    assert.equal((await seen(agent)).text, "in a");
    await agent.call("openFile", { filePath: path.join(app, "a.txt") });
    assert.deepEqual([a.opened.length, b.opened.length], [1, 1]);
  });

  it("lose nothing when one of them closes, not even a diff that it shows", async () => {
    const a = await open("a", { focusedAt: 2 });
    const b = await open("b", { focusedAt: 1 });
    const record = await a.record(app);
    const agent = ground.own(await Agent.connect(record));
    const answer = propose(agent);
    await until("a shows it", () => a.diffs.size === 1);
    await a.dispose();
    const shown = await until("b shows it", () => [...b.diffs.values()][0]);
    shown.decide({ kind: "accepted", content: "done\n" });
    assert.equal((await answer).content[1]?.text, "done\n");
    assert.equal((await b.record(app)).instanceId, record.instanceId);
    assert.deepEqual(locks(), [`${record.port}.lock`]);
    assert.equal(agent.closeCode, undefined);
  });

  it("leave a diff where it is shown when the lead that does not show it closes", async () => {
    const a = await open("a", { focusedAt: 1 });
    const agent = ground.own(await Agent.connect(await a.record(app)));
    const answer = propose(agent);
    const shown = await until("a shows it", () => [...a.diffs.values()][0]);
    const b = await open("b", { focusedAt: 2 });
    await leads(a, "file:///b");
    await b.dispose();
    await leads(a, "file:///a");
    assert.equal(b.diffs.size, 0);
    shown.decide({ kind: "rejected" });
    assert.equal((await answer).content[0]?.text, "DIFF_REJECTED");
  });

  it("both show it stopped when the user stops it in one, and by which; a start in either brings it back", async () => {
    const [a, b] = [await open("a"), await open("b")];
    const { port } = await a.record(app);
    await a.host.stop(app);
    await a.isStopped(app, "user");
    await b.isStopped(app, "user");
    assert.deepEqual(
      [a, b].map((window) => {
        const state = window.view(app)?.state;
        return state?.kind === "stopped" && state.by;
      }),
      [null, { kind: "window", workspace: "file:///a" }],
    );
    assert.ok(!existsSync(path.join(ground.locks, `${port}.lock`)));
    assert.equal((await b.host.start(app)).kind, "done");
    assert.equal((await b.running(app)).port, port);
    assert.equal((await a.running(app)).port, port);
  });

  it("need not both want it: it runs while one does, and is stopped in the other", async () => {
    const a = await open("a");
    const b = await open("b", { settings: { autoStart: "off" } });
    await a.running(app);
    await b.isStopped(app, "settings");
    const { windows } = await a.record(app);
    assert.deepEqual(
      windows.map(({ workspace }) => workspace),
      ["file:///a"],
    );
    await b.host.start(app);
    assert.equal(
      (await b.running(app)).instanceId,
      (await a.running(app)).instanceId,
    );
  });

  it("where only the extension host of one is left: the other acts for the agents", async () => {
    const cutOff = await open("a", { isCutOff: true, focusedAt: 1 });
    const agent = ground.own(await Agent.connect(await cutOff.record(app)));
    const answer = propose(agent);
    await until("nobody sees it", () => cutOff.diffs.size === 1);
    const b = await open("b", { focusedAt: 2 });
    const shown = await until("b shows it", () => [...b.diffs.values()][0]);
    shown.decide({ kind: "rejected" });
    assert.equal((await answer).content[0]?.text, "DIFF_REJECTED");
  });
});
