import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  colors,
  WorktreeColors,
} from "../../../../src/editor/terminals/worktreeColors";

describe("the colours of worktrees", function () {
  const worktrees = Array.from(
    colors,
    (_, index) => `/worktrees/${String(index)}`,
  );
  /** What windows share, kept only in memory. */
  const newState = () => {
    let stored: unknown;
    let updates = 0;
    return {
      keys: () => [],
      get: <T>(_key: string, fallback?: T) => (stored ?? fallback) as T,
      update: (_key: string, value: unknown) => {
        stored = JSON.parse(JSON.stringify(value)) as unknown;
        updates += 1;
        return Promise.resolve();
      },
      updates: () => updates,
    };
  };
  /** As another window does. */
  const colorIn = (
    state: ReturnType<typeof newState>,
    worktree: string,
    live: ReadonlySet<string>,
  ) => new WorktreeColors(state).of(worktree, live);

  it("are distinct while there are enough, and each worktree keeps its own", () => {
    const state = newState();
    const live = new Set(worktrees);
    const assign = () => worktrees.map((each) => colorIn(state, each, live));
    const assigned = assign();
    assert.equal(new Set(assigned).size, colors.length);
    assert.deepEqual(assign(), assigned);
  });

  it("are the same wherever they are first asked for", () => {
    const live = new Set<string>();
    for (const each of worktrees)
      assert.equal(
        colorIn(newState(), each, live),
        colorIn(newState(), each, live),
      );
  });

  it("are written once by each window, however often it draws", () => {
    const state = newState();
    const window = new WorktreeColors(state);
    const live = new Set(worktrees);
    for (let times = 0; times < 3; times++)
      for (const each of worktrees) window.of(each, live);
    assert.equal(state.updates(), worktrees.length);
  });

  it("are taken over from the worktree that is gone and was used least recently, never from a live one", () => {
    const state = newState();
    for (const each of worktrees) colorIn(state, each, new Set());
    // All but the fourth and the second, of which the fourth was used earlier.
    colorIn(state, "/worktrees/1", new Set());
    const [, second, , fourth] = worktrees;
    const live = new Set(
      worktrees.filter((each) => each !== second && each !== fourth),
    );
    const colorOf = (worktree: string) =>
      colorIn(state, worktree, new Set([...live, "/new"]));
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
    const assign = () => [...live].map((each) => colorIn(state, each, live));
    const assigned = assign();
    assert.ok(assigned.every((color) => colors.includes(color)));
    assert.equal(new Set(assigned).size, colors.length);
    assert.deepEqual(assign(), assigned);
  });
});

describe("the theme colours of worktrees", () => {
  const themes = [
    "dark",
    "light",
    "highContrast",
    "highContrastLight",
  ] as const;
  type Theme = (typeof themes)[number];
  /**
   * Status bars, and the panels that terminal tabs are on, of VS Code's default themes: Modern, those of 2026 and high
   * contrast.
   */
  const backgrounds: Readonly<Record<Theme, readonly string[]>> = {
    dark: ["#181818", "#1F1F1F", "#191A1B", "#121314"],
    light: ["#F8F8F8", "#FFFFFF", "#FAFAFD", "#F0F0F3"],
    highContrast: ["#000000"],
    highContrastLight: ["#FFFFFF"],
  };
  const contributed = (
    JSON.parse(readFileSync("package.json", "utf8")) as {
      contributes: {
        colors: readonly { id: string; defaults: Record<Theme, string> }[];
      };
    }
  ).contributes.colors;

  it("are all in package.json", () => {
    assert.deepEqual(
      contributed.map(({ id }) => id),
      colors,
    );
  });

  it("can be read on the status bars of all default themes", () => {
    for (const { id, defaults } of contributed)
      for (const theme of themes)
        for (const background of backgrounds[theme]) {
          const least = theme.startsWith("high") ? 7 : 4.5;
          const ratio = contrast(defaults[theme], background);
          assert.ok(
            ratio >= least,
            `${id} on ${background}: ${ratio.toFixed(2)}`,
          );
        }
  });

  it("differ in every theme", () => {
    for (const theme of themes)
      assert.equal(
        new Set(contributed.map(({ defaults }) => defaults[theme])).size,
        colors.length,
      );
  });

  it("are measured right", () => {
    assert.equal(contrast("#000000", "#FFFFFF"), 21);
    assert.ok(Math.abs(contrast("#767676", "#FFFFFF") - 4.54) < 0.01);
  });
});

/** As WCAG 2 defines it. */
function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort(
    (a, b) => a - b,
  );
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => parseInt(color.slice(at, at + 2), 16) / 255)
    .map((part) =>
      part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
    );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
