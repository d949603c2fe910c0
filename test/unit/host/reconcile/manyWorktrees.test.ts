// What must not grow with the number of worktrees, and what a slow git must not hold up.
import assert from "node:assert/strict";
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { until } from "../../../harness/until";
import { Agent } from "../../support/agent";
import { fingerprint } from "../../support/discoveryFiles";
import { useGround } from "../../support/ground";
import {
  addWorktree,
  makeRepository,
  wrapGit,
} from "../../support/repositories";
import { Window, type WindowSetup } from "../../support/window";

describe("with several worktrees open", () => {
  const ground = useGround();
  let app: string;
  let feature: string;
  beforeEach(() => {
    app = makeRepository(ground.path("app"));
    feature = addWorktree(app, ground.path("feature"), "feature");
  });
  const open = async (setup: Partial<WindowSetup> = {}) =>
    ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders: [app, feature],
        ...setup,
      }),
    );
  const files = () =>
    [
      ground.locks,
      path.join(ground.home, "instances"),
      `${ground.home}-tmp/gemini/ide`,
      `${ground.home}-user/.qwen/ide`,
    ].map((directory) => fingerprint(directory));

  it("git is asked when folders change, and by no stop, start, setting, editor switch or selection", async () => {
    const log = ground.path("git.log");
    wrapGit(ground, `echo "$@" >> "${log}"`);
    const [one, two] = [ground.make("one"), ground.make("two")];
    const inner = ground.make("app", "src");
    const window = await open();
    const calls = async (change: () => Promise<unknown>) => {
      const count = () => readFileSync(log, "utf8").split("\n").length;
      const before = count();
      await change();
      return count() - before;
    };
    const withFolder = (folder: string) =>
      calls(() => window.reconcile({ folders: [app, feature, folder] }));
    const usual = await withFolder(one);
    assert.ok(usual > 0);
    assert.equal(
      await calls(async () => {
        await window.host.stop(feature);
        await window.host.start(feature);
        await window.host.restart(app);
        await window.reconcile({ settings: { maxClients: 3 } });
        await window.reconcile({ settings: { autoStart: "activeEditor" } });
        await window.reconcile({ activeDirectory: feature });
        await window.reconcile({ activeDirectory: inner });
        await window.host.pushState({ selection: null });
        // What one of these had asked would be asked again here, or be answered before this.
        await withFolder(two);
      }),
      usual,
    );
  });

  it("thirty of one name start, each with a name of its own", async () => {
    const folders = Array.from({ length: 30 }, (_, index) =>
      ground.make(`place-${index}`, "app"),
    );
    const window = await open({
      folders,
      settings: { maxInstances: folders.length },
    });
    const names = await Promise.all(
      folders.map(async (folder) => (await window.record(folder)).name),
    );
    assert.equal(new Set(names).size, folders.length);
    assert.ok(names.includes("app"));
  });

  it("a worktree that is entered for the first time is found by asking git once", async () => {
    const log = ground.path("git.log");
    wrapGit(ground, `echo "$@" >> "${log}"`);
    const window = await open({
      folders: [app],
      settings: { autoStart: "activeEditor" },
      activeDirectory: app,
    });
    await window.running(app);
    await window.reconcile({ activeDirectory: feature });
    await window.running(feature);
    assert.equal(
      readFileSync(log, "utf8")
        .split("\n")
        .filter((line) => line.includes(feature)).length,
      1,
    );
  });

  it("an instance's files are rewritten by no change to another one", async () => {
    const window = await open();
    const { instanceId, port } = await window.record(app);
    const own = () =>
      files().map((all) =>
        (all as [string][]).filter(
          ([name]) => name.includes(instanceId) || name.includes(String(port)),
        ),
      );
    await window.record(feature);
    const before = own();
    await window.host.stop(feature);
    await window.host.start(feature);
    await window.reconcile({ settings: { maxClients: 3 } });
    await window.reconcile({ folders: [app, feature, ground.make("plain")] });
    assert.deepEqual(own(), before);
    assert.deepEqual(
      before.map((all) => all.length),
      [1, 1, 1, 1],
    );
  });

  it("a stop and the end of the window do not wait for git", async () => {
    const hangs = ground.path("hangs");
    const started = ground.path("started");
    wrapGit(
      ground,
      `while [ -e "${hangs}" ]; do touch "${started}"; sleep 0.05; done`,
    );
    ground.defer(() => {
      rmSync(hangs, { force: true });
    });
    const window = await open();
    await window.record(app);
    await window.record(feature);
    writeFileSync(hangs, "");
    const changing = window.reconcile({
      folders: [app, feature, ground.make("plain")],
    });
    changing.catch(() => undefined);
    await until("git hangs", () => existsSync(started));
    await window.host.stop(feature);
    assert.equal(window.stateOf(feature), "stopped");
    await window.dispose();
    assert.ok(existsSync(hangs));
    assert.deepEqual(
      files().map((all) => (all as unknown[]).length),
      [0, 0, 0, 0],
    );
  });

  it("an agent that comes back at once finds nobody", async () => {
    const window = await open();
    const address = await window.record(app);
    const agent = ground.own(await Agent.connect(address));
    const again = new Promise<string>((resolve) => {
      agent.socket.once("close", () => {
        Agent.open(address).then(
          (other) => {
            ground.own(other);
            resolve("connected");
          },
          (error: unknown) => {
            resolve((error as { code?: string }).code ?? String(error));
          },
        );
      });
    });
    await window.host.stop(app);
    assert.equal(await agent.closed(), 1001);
    assert.equal(await again, "ECONNREFUSED");
  });

  it("a file that could not be written is written as soon as it can be, and the others are left as they are", async () => {
    const blocker = `${ground.home}-tmp`;
    writeFileSync(blocker, "");
    const window = await open({ folders: [app] });
    await window.record(app);
    const others = () =>
      [ground.locks, path.join(ground.home, "instances")].map((each) =>
        fingerprint(each),
      );
    const before = others();
    rmSync(blocker);
    await until(
      "the file is there",
      () => readdirSync(`${ground.home}-tmp/gemini/ide`).length === 1,
    );
    assert.deepEqual(others(), before);
  });

  it("a kept address that is removed while the instance runs is written again", async () => {
    const window = await open({ folders: [app] });
    await window.record(app);
    const directory = path.join(ground.home, "addresses");
    const [name = ""] = readdirSync(directory);
    rmSync(path.join(directory, name));
    await until("it is back", () => readdirSync(directory).includes(name));
  });
});
