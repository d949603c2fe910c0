// What every window is told of the instances of all windows.
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { noSuchDiff } from "../../../../src/core/errors";
import { notSent } from "../../../../src/core/sendErrors";
import { failed } from "../../../../src/core/outcome";
import { until } from "../../../harness/until";
import { Agent } from "../../support/agent";
import { useGround } from "../../support/ground";
import { openWindow, type Window } from "../../support/window";

describe("the machine, as windows are told of it,", () => {
  const ground = useGround();
  const instanceIn = (window: Window, worktree: string) =>
    window.machine.instances.find((each) => each.worktree === worktree);

  it("has every window's instances, with their agents and the diffs that wait", async () => {
    const [a, b] = [ground.make("a"), ground.make("b")];
    const first = await openWindow(ground, [a]);
    const second = await openWindow(ground, [b]);
    for (const window of [first, second])
      await until("it knows both", () =>
        [a, b].every((folder) => instanceIn(window, folder)),
      );
    const agent = ground.own(await Agent.connect(await first.record(a)));
    await until(
      "the other window knows the agent",
      () => instanceIn(second, a)?.clients.length === 1,
    );
    const file = path.join(a, "x.txt");
    const proposing = agent.call("openDiff", {
      old_file_path: file,
      new_file_path: file,
      new_file_contents: "x",
      tab_name: "x",
    });
    const [waiting] = await until("the other window knows the diff", () => {
      const { diffs = [] } = instanceIn(second, a) ?? {};
      return diffs.length > 0 && diffs;
    });
    assert.equal(waiting?.path, file);
    assert.equal((await first.record(a)).diffs, 1);
    await until(
      "a call that waits for its user is busy",
      () => instanceIn(second, a)?.clients[0]?.isBusy,
    );
    const [shown] = first.diffs.values();
    shown?.decide({ kind: "rejected" });
    await proposing;
    await until("it waits no more", () => {
      const instance = instanceIn(second, a);
      return instance?.diffs.length === 0 && !instance.clients[0]?.isBusy;
    });
    agent.dispose();
    await until(
      "the agent is gone",
      () => instanceIn(second, a)?.clients.length === 0,
    );
    await first.reconcile({ folders: [] });
    await until("the instance is gone", () => !instanceIn(second, a));
  });

  it("has other editors, as they come and go", async () => {
    const window = await openWindow(ground, [ground.make("a")]);
    const lock = path.join(ground.locks, "31999.lock");
    writeFileSync(
      lock,
      JSON.stringify({
        pid: process.pid,
        workspaceFolders: ["/elsewhere"],
        ideName: "Other",
      }),
    );
    await until("it is there", () =>
      window.machine.otherEditors.some(({ name }) => name === "Other"),
    );
    rmSync(lock);
    await until("it is gone", () => window.machine.otherEditors.length === 0);
  });

  it("is told nothing new while nothing changes", async () => {
    const window = await openWindow(ground, [ground.make("a")]);
    const agent = ground.own(await Agent.connect(await window.record()));
    await until(
      "the agent is known",
      () => window.machine.instances[0]?.clients.length === 1,
    );
    await agent.request("ping");
    const { toldOfMachine } = window;
    for (let each = 0; each < 50; each += 1) await agent.request("ping");
    await window.host.list();
    assert.equal(window.toldOfMachine, toldOfMachine);
  });

  it("lets a window disconnect an agent of another, and bring a diff to the front there", async () => {
    const [a, b] = [ground.make("a"), ground.make("b")];
    const first = await openWindow(ground, [a]);
    const second = await openWindow(ground, [b]);
    const agent = ground.own(await Agent.connect(await first.record(a)));
    const file = path.join(a, "x.txt");
    const proposing = agent.call("openDiff", {
      old_file_path: file,
      new_file_path: file,
      new_file_contents: "x",
      tab_name: "x",
    });
    const instance = await until("the diff waits", () => {
      const found = instanceIn(second, a);
      return found?.diffs.length === 1 && found;
    });
    const { instanceId, diffs, clients } = instance;
    const id = diffs[0]?.id ?? "";
    assert.equal((await second.host.showDiff(instanceId, id)).kind, "done");
    await until("it is shown", () => first.requestedDiffs.includes(id));
    assert.deepEqual(
      await second.host.showDiff(instanceId, "none"),
      failed(notSent("a", noSuchDiff().message)),
    );
    const client = clients[0]?.id ?? "";
    const outcome = await second.host.disconnectAgent(instanceId, client);
    assert.equal(outcome.kind, "done");
    await assert.rejects(proposing);
    await until("none waits", async () => (await first.record(a)).diffs === 0);
  });
});
