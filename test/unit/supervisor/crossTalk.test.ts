// Several windows and agents at once, doing whatever they like: nothing of one worktree is heard of in another.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { until } from "../../harness/until";
import { Agent } from "../support/agent";
import { useGround } from "../support/ground";
import { addWorktree, makeRepository } from "../support/repositories";
import { Window } from "../support/window";

const OPERATIONS = 2_000;
const seed = Number(process.env["BERTH_TEST_SEED"] ?? Date.now() % 1_000_000);

/** A window that is closed and opened again from time to time. */
interface Slot {
  readonly name: string;
  readonly worktree: string;
  window: Window;
  /** What it has pushed last; undefined: nothing since it was opened. */
  selected: string | undefined;
  focusedAt: number;
}

const kinds = fc.oneof(
  ...Object.entries({
    select: 6,
    seen: 6,
    openFile: 5,
    openForeignFile: 2,
    diff: 3,
    focus: 3,
    reload: 1,
    reloadWithDiff: 1,
  } as const).map(([kind, weight]) => ({
    weight,
    arbitrary: fc.constant(kind),
  })),
);

describe(`five windows on four worktrees, one of them nested (seed ${seed})`, () => {
  const ground = useGround();
  const slots: Slot[] = [];
  const agents = new Map<string, Agent>();
  let worktrees: string[];
  let tick = 0;

  const openWindow = ({ name, worktree, focusedAt }: Omit<Slot, "window">) =>
    Window.open({
      home: ground.home,
      lockDirectory: ground.locks,
      folders: [worktree],
      workspace: `file:///${name}`,
      focusedAt,
      settings: { reloadGrace: 20_000 },
    });
  const windowsOf = (worktree: string) =>
    slots.filter((slot) => slot.worktree === worktree);
  const leadOf = (worktree: string) =>
    windowsOf(worktree).sort((a, b) => b.focusedAt - a.focusedAt)[0];
  const agentOf = (worktree: string) => {
    const agent = agents.get(worktree);
    assert.ok(agent);
    return agent;
  };

  beforeEach(async () => {
    const app = makeRepository(ground.path("app"));
    const feature = addWorktree(app, ground.path("feature"), "feature");
    const inner = addWorktree(app, path.join(app, "trees", "inner"), "inner");
    const other = makeRepository(ground.path("other"));
    worktrees = [app, feature, inner, other];
    slots.length = 0;
    agents.clear();
    // Before the ground ends: a window that outlives its supervisor starts another one.
    ground.defer(() =>
      Promise.all(slots.map(({ window }) => window.dispose())),
    );
    for (const [index, worktree] of [app, ...worktrees].entries()) {
      const slot = {
        name: `window-${index}`,
        worktree,
        selected: undefined,
        focusedAt: (tick += 1),
      };
      slots.push({ ...slot, window: await openWindow(slot) });
    }
    for (const { worktree, window } of slots)
      if (!agents.has(worktree)) {
        const record = await window.record(worktree);
        agents.set(worktree, ground.own(await Agent.connect(record)));
      }
  });

  /** Its lead alone is asked to open it. */
  const openFile = async (worktree: string, number: number) => {
    const count = () => slots.map(({ window }) => window.opened.length);
    const before = count();
    const filePath = path.join(worktree, `${number}.txt`);
    const { isError } = await agentOf(worktree).call("openFile", { filePath });
    assert.ok(!isError);
    const grown = slots.filter(
      ({ window }, index) => window.opened.length !== before[index],
    );
    assert.equal(grown.length, 1);
    assert.equal(grown[0]?.worktree, worktree);
    assert.equal(grown[0].window.opened.at(-1)?.filePath, filePath);
  };
  const openForeignFile = async (worktree: string, number: number) => {
    // The outer worktree's agents may open what no instance of an inner one serves, but here one does.
    const foreign = worktrees.filter((each) => each !== worktree);
    const place = foreign[number % foreign.length] ?? "";
    const filePath = path.join(place, "a.txt");
    const before = slots.map(({ window }) => window.opened.length);
    const { isError } = await agentOf(worktree).call("openFile", { filePath });
    assert.ok(isError, `${worktree} has opened ${filePath}`);
    assert.deepEqual(
      slots.map(({ window }) => window.opened.length),
      before,
    );
  };
  const select = (slot: Slot, number: number) => {
    slot.selected = `${slot.name} ${slot.worktree} ${number}`;
    const file = path.join(slot.worktree, "a.txt");
    const position = { line: 0, character: 0 };
    const range = { start: position, end: position };
    void slot.window.host.pushState({
      selection: {
        text: slot.selected,
        path: file,
        uri: `file://${file}`,
        range,
      },
    });
  };
  const seen = async (worktree: string) => {
    const expected = leadOf(worktree)?.selected;
    await until(`${String(expected)} is seen`, async () => {
      const selection = (await agentOf(worktree).callForJson(
        "getCurrentSelection",
      )) as { text?: string };
      const text = selection.text ?? "";
      assert.ok(text === "" || text.includes(` ${worktree} `), text);
      return expected === undefined || text === expected;
    });
  };
  const reload = async (slot: Slot) => {
    await slot.window.dispose();
    slot.selected = undefined;
    slot.focusedAt = tick += 1;
    slot.window = await openWindow(slot);
  };
  const diff = async (
    worktree: string,
    number: number,
    meanwhile: () => Promise<unknown> = () => Promise.resolve(),
  ) => {
    const file = path.join(worktree, "a.txt");
    const contents = `${worktree} ${number}\n`;
    const answer = agentOf(worktree).call("openDiff", {
      old_file_path: file,
      new_file_path: file,
      new_file_contents: contents,
      tab_name: `${number}`,
    });
    const shown = () =>
      until("one window shows it", () => {
        const showing = slots.filter(({ window }) => window.diffs.size > 0);
        return showing.length === 1 && showing[0];
      });
    await shown();
    await meanwhile();
    const slot = await shown();
    assert.equal(slot.worktree, worktree);
    const [proposed] = slot.window.diffs.values();
    assert.equal(proposed?.diff.contents, contents);
    proposed.decide({ kind: "accepted", content: `taken ${contents}` });
    assert.equal((await answer).content[1]?.text, `taken ${contents}`);
  };

  it(`have one lock file each, and no agent hears of another worktree in ${OPERATIONS} operations`, async function () {
    this.timeout(600_000);
    const operations = fc.sample(fc.tuple(kinds, fc.nat(), fc.nat()), {
      numRuns: OPERATIONS,
      seed,
    });
    for (const [kind, which, number] of operations) {
      const slot = slots[which % slots.length];
      assert.ok(slot);
      const { worktree } = slot;
      if (kind === "select") select(slot, number);
      else if (kind === "seen") await seen(worktree);
      else if (kind === "openFile") await openFile(worktree, number);
      else if (kind === "openForeignFile")
        await openForeignFile(worktree, number);
      else if (kind === "diff") await diff(worktree, number);
      else if (kind === "reloadWithDiff")
        await diff(worktree, number, () => reload(slot));
      else if (kind === "reload") await reload(slot);
      else {
        slot.focusedAt = tick += 1;
        void slot.window.host.noteFocus(slot.focusedAt);
      }
    }
    assert.equal(
      readdirSync(ground.locks).filter((name) => name.endsWith(".lock")).length,
      worktrees.length,
    );
    for (const [worktree, agent] of agents) {
      assert.equal(agent.closeCode, undefined);
      for (const { params } of agent.notified("selection_changed"))
        assert.equal(path.dirname(String(params?.["filePath"])), worktree);
    }
  });
});
