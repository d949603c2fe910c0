import assert from "node:assert/strict";
import {
  colors,
  worktreeColor,
} from "../../../../src/editor/terminals/worktreeColors";

describe("the colours of worktrees", function () {
  const worktrees = Array.from(
    colors,
    (_, index) => `/worktrees/${String(index)}`,
  );
  /** A window's state that is kept only in memory. */
  const newState = () => {
    let stored: unknown;
    return {
      keys: () => [],
      get: <T>(_key: string, fallback?: T) => (stored ?? fallback) as T,
      update: (_key: string, value: unknown) => {
        stored = JSON.parse(JSON.stringify(value)) as unknown;
        return Promise.resolve();
      },
    };
  };

  it("are distinct while there are enough, and each worktree keeps its own", () => {
    const state = newState();
    const live = new Set(worktrees);
    const assign = () =>
      worktrees.map((each) => worktreeColor(state, each, live));
    const assigned = assign();
    assert.equal(new Set(assigned).size, colors.length);
    assert.deepEqual(assign(), assigned);
  });

  it("are taken over from the worktree that is gone and was used least recently, never from a live one", () => {
    const state = newState();
    for (const each of worktrees) worktreeColor(state, each, new Set());
    // All but the fourth and the second, of which the fourth was used earlier.
    worktreeColor(state, "/worktrees/1", new Set());
    const [, second, , fourth] = worktrees;
    const live = new Set(
      worktrees.filter((each) => each !== second && each !== fourth),
    );
    const colorOf = (worktree: string) =>
      worktreeColor(state, worktree, new Set([...live, "/new"]));
    const [colorOfSecond, colorOfFourth] = [second, fourth].map((each) =>
      colors.find(
        (color) => state.get<Record<string, string>>("")[each ?? ""] === color,
      ),
    );
    assert.equal(colorOf("/new"), colorOfFourth);
    const others = [...live].map(colorOf);
    assert.equal(new Set([...others, colorOf("/new")]).size, live.size + 1);
    // The one whose colour is taken gets that of the other one when it is back.
    assert.equal(colorOf(String(fourth)), colorOfSecond);
  });

  it("are shared only by more live worktrees than there are colours", () => {
    const state = newState();
    const live = new Set([...worktrees, "/one more"]);
    const assign = () =>
      [...live].map((each) => worktreeColor(state, each, live));
    const assigned = assign();
    assert.ok(assigned.every((color) => colors.includes(color)));
    assert.equal(new Set(assigned).size, colors.length);
    assert.deepEqual(assign(), assigned);
  });
});
