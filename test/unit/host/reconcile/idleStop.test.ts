// Instances that run because their worktrees were entered, and stop when nobody uses them any more.
import assert from "node:assert/strict";
import path from "node:path";
import { Records } from "../../../../src/core/registry/records";
import type { DesiredState, InstanceView } from "../../../../src/host/contract";
import type { AttachedWindow } from "../../../../src/host/reconcile/attachedWindow";
import { InstanceHost } from "../../../../src/host/reconcile/instanceHost";
import { until } from "../../../harness/until";
import { Agent } from "../../support/agent";
import { useGround } from "../../support/ground";
import { attachHere, desiredHere } from "../../support/hostHere";
import { addWorktree, makeRepository } from "../../support/repositories";

/** Milliseconds between looks of the host, which takes ten of them. */
const LOOK_EVERY = 30;

describe("an instance whose worktree was entered", () => {
  const ground = useGround();
  let app: string;
  let topic: string;
  let host: InstanceHost;
  let views: readonly InstanceView[];
  let window: AttachedWindow;
  let isBackendUsed: boolean;
  const log: string[] = [];

  beforeEach(async () => {
    app = makeRepository(ground.path("app"));
    topic = addWorktree(app, ground.path("topic"), "topic");
    views = [];
    isBackendUsed = false;
    log.splice(0);
    // In this process, which looks more often.
    host = await InstanceHost.start({
      home: ground.home,
      version: "0.0.0-test",
      backends: {
        of: () => [],
        areUsed: (worktree) => isBackendUsed && worktree === topic,
        restart: () => Promise.resolve(),
      },
      lookForUnusedEvery: LOOK_EVERY,
      onDidChange: () => undefined,
      log: {
        debug: () => undefined,
        info: (message) => log.push(message),
        warn: () => undefined,
        error: () => undefined,
      },
    });
    ground.defer(() => host.shutDown());
    window = attach((told) => {
      views = told;
    });
  });

  const attach = (
    tell: (views: readonly InstanceView[]) => void,
  ): AttachedWindow =>
    attachHere(host, ground, {
      onDidChangeInstances: tell,
      openDiff: () => new Promise(() => undefined),
      closeDiff: () => Promise.resolve(null),
    });

  const desired = (
    activeDirectory: string | null,
    autoStart: DesiredState["settings"]["autoStart"] = "activeEditor",
  ): DesiredState => ({
    folders: [app, topic].map((folder) => ({
      name: path.basename(folder),
      path: folder,
    })),
    ...desiredHere,
    activeDirectory,
    settings: { ...desiredHere.settings, autoStart },
  });
  /** Shows a file of the directory, and what was kept open; null: no other file. */
  const enter = async (
    directory: string | null,
    kept: readonly string[] = [],
  ): Promise<void> => {
    const shown = directory === null ? [] : [path.join(directory, "a.txt")];
    window.pushState({ tabs: [], openFiles: [...kept, ...shown] });
    await window.reconcile(desired(directory));
  };
  const stateOf = (worktree: string) =>
    views.find((view) => view.worktree === worktree)?.state.kind;
  const runs = (worktree: string) =>
    until(`${worktree} runs`, () => stateOf(worktree) === "running");
  const stops = (worktree: string) =>
    until(`${worktree} has stopped`, () => stateOf(worktree) === "stopped");
  /** Long enough for whatever is not used to be stopped: another one is, that was entered later. */
  const muchLater = async (kept: readonly string[] = []): Promise<void> => {
    await enter(app, kept);
    await runs(app);
    await enter(null, kept);
    await stops(app);
  };

  it("stops when it has neither editor nor agent, and starts when it is entered again", async () => {
    await enter(topic);
    await runs(topic);
    assert.equal(views.find((each) => each.worktree === topic)?.pin, "entered");
    await enter(null);
    await stops(topic);
    assert.ok(
      log.some((line) => line.includes(topic) && /no editor/.test(line)),
    );
    await enter(topic);
    await runs(topic);
  });

  it("runs on while an editor shows one of its files, also one that no agent hears of", async () => {
    await enter(topic);
    await muchLater([path.join(topic, ".env")]);
    assert.equal(stateOf(topic), "running");
    await enter(null);
    await stops(topic);
  });

  it("runs on while an agent is connected, or a program uses a backend of it", async () => {
    await enter(topic);
    await runs(topic);
    const [record] = await new Records(`${ground.home}/instances`).readAll();
    assert.ok(record);
    const agent = ground.own(await Agent.connect(record));
    await muchLater();
    assert.equal(stateOf(topic), "running");
    isBackendUsed = true;
    agent.dispose();
    await muchLater();
    assert.equal(stateOf(topic), "running");
    isBackendUsed = false;
    await stops(topic);
  });

  it("runs on where its user has started it", async () => {
    await enter(topic);
    await window.choices.start(topic);
    await muchLater();
    assert.equal(stateOf(topic), "running");
  });

  it("runs on while another window wants it by its settings", async () => {
    await enter(topic);
    await runs(topic);
    const other = attach(() => undefined);
    await other.reconcile({
      ...desired(null, "workspace"),
      folders: [{ name: "topic", path: topic }],
      window: { app: "Test", remoteName: null, workspace: "file:///other" },
    });
    await muchLater();
    assert.equal(stateOf(topic), "running");
    other.detach();
    await stops(topic);
  });
});
