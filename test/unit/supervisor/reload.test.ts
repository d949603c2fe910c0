import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { noWindow } from "../../../src/core/errors";
import { until } from "../../harness/until";
import { Agent } from "../support/agent";
import { useGround } from "../support/ground";
import { isFree } from "../support/sockets";
import { Window, type WindowSetup } from "../support/window";

describe("the reload of a window", function () {
  const ground = useGround();
  const open = async (change: Partial<WindowSetup> = {}) =>
    ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders: [ground.make("app")],
        ...change,
        settings: { reloadGrace: 20_000, ...change.settings },
      }),
    );
  const locks = () =>
    readdirSync(ground.locks).filter((name) => name.endsWith(".lock"));
  const noLock = () =>
    until("no agent finds it any more", () => locks().length === 0);
  const openDiff = (agent: Agent, name = "tab") => {
    const file = ground.path("app", "a.txt");
    return agent.call("openDiff", {
      old_file_path: file,
      new_file_path: file,
      new_file_contents: "proposed\n",
      tab_name: name,
    });
  };
  const shown = (window: Window) =>
    until("the diff is shown", () => [...window.diffs.values()][0]);

  it("cuts no agent off, and keeps process, port, token and instance", async () => {
    const before = await open();
    const record = await before.record();
    const agent = ground.own(await Agent.connect(record));
    await before.dispose();
    await noLock();
    assert.ok((await agent.request("ping")).result);
    const after = await (await open()).record();
    assert.deepEqual(
      [after.instanceId, after.pid, after.port, after.token],
      [record.instanceId, record.pid, record.port, record.token],
    );
    assert.equal(after.windows.length, 1);
    assert.deepEqual(locks(), [`${record.port}.lock`]);
    assert.ok((await agent.request("ping")).result);
    assert.equal(agent.closeCode, undefined);
  });

  it("shows a waiting diff again with what the user had typed, and its decision answers the agent's call", async () => {
    const before = await open();
    const agent = ground.own(await Agent.connect(await before.record()));
    const answer = openDiff(agent);
    const { diff } = await shown(before);
    assert.equal(diff.edited, null);
    void before.host.pushEditedDiff(diff.id, "typed\n");
    // The host takes calls in their order.
    await before.host.list();
    await before.dispose();
    const again = await shown(await open());
    assert.deepEqual(again.diff, { ...diff, edited: "typed\n" });
    again.decide({ kind: "accepted", content: "decided\n" });
    assert.deepEqual(
      (await answer).content.map(({ text }) => text),
      ["FILE_SAVED", "decided\n"],
    );
  });

  it("lets an agent take a diff back while no window is there, and it is not shown again", async () => {
    const before = await open();
    const agent = ground.own(await Agent.connect(await before.record()));
    const answer = openDiff(agent);
    await shown(before);
    await before.dispose();
    await noLock();
    await agent.call("close_tab", { tab_name: "tab" });
    assert.equal((await answer).content[0]?.text, "DIFF_REJECTED");
    const after = await open();
    await after.host.list();
    assert.equal(after.diffs.size, 0);
  });

  it("makes a call that needs the editor wait for the window", async () => {
    const before = await open();
    const agent = ground.own(await Agent.connect(await before.record()));
    await before.dispose();
    await noLock();
    const filePath = ground.path("app", "a.txt");
    const opening = agent.call("openFile", { filePath });
    // Answered by the copy meanwhile.
    assert.ok(!(await agent.call("getOpenEditors")).isError);
    const after = await open();
    assert.equal((await opening).content[0]?.text, `Opened file: ${filePath}`);
    assert.equal(after.opened.length, 1);
  });

  it("that does not end ends the instance after the grace: calls are answered, agents are told, the port is free", async () => {
    const before = await open({ settings: { reloadGrace: 1_000 } });
    const record = await before.record();
    const agent = ground.own(await Agent.connect(record));
    await before.dispose();
    await noLock();
    const filePath = ground.path("app", "a.txt");
    const { isError, content } = await agent.call("openFile", { filePath });
    assert.ok(isError);
    assert.equal(content[0]?.text, noWindow(record.name).message);
    assert.equal(await agent.closed(), 1001);
    await until("the port is free", () => isFree(record.port));
    assert.deepEqual(readdirSync(`${ground.home}/instances`), []);
  });

  it("does not keep an instance that is killed meanwhile, from another window or a shell", async () => {
    const before = await open();
    const record = await before.record();
    const agent = ground.own(await Agent.connect(record));
    await before.dispose();
    await noLock();
    const other = await open({
      folders: [ground.make("other")],
      workspace: "file:///other",
    });
    const outcome = await other.host.stopRemote(record.instanceId);
    assert.equal(outcome.kind, "done");
    assert.equal(await agent.closed(), 1001);
    await until("the port is free", () => isFree(record.port));
    await (await open()).isStopped(ground.path("app"), "user");
  });

  it("keeps what the user has started and stopped", async () => {
    const other = ground.make("other");
    const before = await open();
    await before.host.start(other);
    await before.host.stop(ground.path("app"));
    await before.dispose();
    const after = await open();
    await after.running(other);
    await after.isStopped(ground.path("app"), "user");
  });

  it("may overlap: the next extension host attaches before the one before it has ended", async () => {
    const before = await open();
    const record = await before.record();
    const agent = ground.own(await Agent.connect(record));
    const answer = openDiff(agent);
    await shown(before);
    const after = await open();
    await before.dispose();
    (await shown(after)).decide({ kind: "rejected" });
    assert.equal((await answer).content[0]?.text, "DIFF_REJECTED");
    assert.equal((await after.record()).instanceId, record.instanceId);
    assert.deepEqual(locks(), [`${record.port}.lock`]);
  });
});
