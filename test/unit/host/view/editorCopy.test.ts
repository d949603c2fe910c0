import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import type {
  EditorTab,
  FileDiagnostics,
} from "../../../../src/host/editorStateContract";
import { EditorCopy } from "../../../../src/host/view/editorCopy";
import { FileOwners } from "../../../../src/host/view/fileOwners";
import { useGround } from "../../support/ground";

describe("the copy of the editor's state", () => {
  const ground = useGround();
  let one: string;
  let two: string;
  let owners: FileOwners;
  let copy: EditorCopy;
  beforeEach(() => {
    one = ground.make("one");
    two = ground.make("two");
    owners = new FileOwners();
    copy = new EditorCopy((file) => owners.ownerOf(file));
    own(one, two);
  });
  const own = (...worktrees: string[]) => {
    owners.replace(
      worktrees.map((path) => ({
        path,
        git: null,
        isPlain: false,
        bareRepository: null,
        warning: null,
      })),
      [],
    );
    copy.reassign();
  };
  const selection = (path: string, line = 0) => ({
    text: "x",
    path,
    uri: `file://${path}`,
    range: { start: { line, character: 0 }, end: { line, character: 1 } },
  });
  const tab = (path: string, change: Partial<EditorTab> = {}): EditorTab => ({
    uri: `file://${path}`,
    path,
    isActive: false,
    isPinned: false,
    isPreview: false,
    isDirty: false,
    label: "x",
    groupIndex: 0,
    viewColumn: 1,
    isGroupActive: true,
    languageId: "plaintext",
    lineCount: 1,
    isUntitled: false,
    ...change,
  });
  const problem = (path: string, message: string): FileDiagnostics => ({
    uri: `file://${path}`,
    path,
    diagnostics:
      message === ""
        ? []
        : [
            {
              message,
              severity: "Error",
              range: selection(path).range,
            },
          ],
  });
  const messages = (files: readonly FileDiagnostics[]) =>
    files.flatMap(({ diagnostics }) => diagnostics.map((each) => each.message));

  it("has one view object per worktree, replaced only when it would show something else", () => {
    const before = [copy.viewOf(one), copy.viewOf(two)];
    copy.push({ selection: selection(`${one}/a`) });
    assert.notEqual(copy.viewOf(one), before[0]);
    assert.equal(copy.viewOf(two), before[1]);
    const shown = copy.viewOf(one);
    copy.push({ selection: selection(`${one}/a`) });
    assert.equal(copy.viewOf(one), shown);
    copy.push({ tabs: [tab(`${two}/b`)] });
    assert.equal(copy.viewOf(one), shown);
    const withTab = copy.viewOf(two);
    assert.equal(withTab.tabs.length, 1);
    copy.push({ tabs: [tab(`${two}/b`), tab(`${one}/c`)] });
    assert.equal(copy.viewOf(two), withTab);
    assert.notEqual(copy.viewOf(one), shown);
  });

  it("tells the worktree that was left that nothing of it is active any more", () => {
    copy.push({ selection: selection(`${one}/a`) });
    assert.ok(copy.viewOf(one).selection);
    copy.push({ selection: selection(`${two}/b`) });
    assert.equal(copy.viewOf(one).selection, null);
    assert.equal(copy.viewOf(one).latestSelection?.path, `${one}/a`);
    assert.equal(copy.viewOf(two).selection?.path, `${two}/b`);
  });

  it("forgets the latest selection of a file once no tab shows it any more", () => {
    const [a, b] = [`${one}/a`, `${one}/b`];
    copy.push({ tabs: [tab(a), tab(b)], selection: selection(a) });
    copy.push({ selection: selection(`${two}/c`) });
    assert.equal(copy.viewOf(one).latestSelection?.path, a);
    const shown = copy.viewOf(one);
    copy.push({ tabs: [tab(b)] });
    assert.notEqual(copy.viewOf(one), shown);
    assert.equal(copy.viewOf(one).latestSelection, null);
  });

  it("keeps the selection of the active editor, whose tab comes and goes a little before or after it", () => {
    const a = `${one}/a`;
    copy.push({ tabs: [] });
    copy.push({ selection: selection(a) });
    copy.push({ tabs: [] });
    assert.equal(copy.viewOf(one).latestSelection?.path, a);
    copy.push({ tabs: [tab(a)] });
    copy.push({ tabs: [] });
    assert.equal(copy.viewOf(one).latestSelection?.path, a);
    copy.push({ selection: null });
    assert.equal(copy.viewOf(one).latestSelection, null);
  });

  it("has the text of an earlier selection as its document is now", () => {
    const a = `${one}/a`;
    copy.push({ tabs: [tab(a)], selection: selection(a) });
    copy.push({ selection: selection(`${two}/b`) });
    const shown = copy.viewOf(one);
    copy.push({ earlier: [{ ...selection(a), text: "new" }] });
    assert.notEqual(copy.viewOf(one), shown);
    assert.equal(copy.viewOf(one).latestSelection?.text, "new");
    // Not of a file that is not the latest one.
    copy.push({ earlier: [selection(`${one}/other`)] });
    assert.equal(copy.viewOf(one).latestSelection?.path, a);
  });

  it("shows what was pushed before its worktree was known, and nothing of a worktree that took it over", () => {
    const inner = ground.make("one", "inner");
    copy.push({
      selection: selection(`${inner}/a`),
      tabs: [tab(`${inner}/a`)],
    });
    copy.diagnostics.push([problem(`${inner}/a`, "wrong")]);
    assert.equal(copy.viewOf(one).tabs.length, 1);
    own(one, two, inner);
    assert.equal(copy.viewOf(one).tabs.length, 0);
    assert.equal(copy.viewOf(one).latestSelection, null);
    assert.equal(copy.viewOf(inner).tabs.length, 1);
    assert.equal(copy.viewOf(inner).selection?.path, `${inner}/a`);
    assert.deepEqual(messages(copy.diagnostics.viewOf(one).all()), []);
    assert.deepEqual(messages(copy.diagnostics.viewOf(inner).all()), ["wrong"]);
  });

  it("finds the problems of one file by its path, under each of its URIs, until they are gone", () => {
    const file = `${one}/a.ts`;
    writeFileSync(file, "");
    mkdirSync(ground.path("links"));
    symlinkSync(file, ground.path("links", "b.ts"));
    const link = ground.path("links", "b.ts");
    const view = copy.diagnostics.viewOf(one);
    copy.diagnostics.push([problem(file, "first"), problem(link, "second")]);
    copy.diagnostics.push([problem(`${one}/c.ts`, "third")]);
    assert.deepEqual(messages(view.ofFile(file)), ["first", "second"]);
    assert.deepEqual(messages(view.all()), ["first", "second", "third"]);
    copy.diagnostics.push([problem(file, ""), problem(`${one}/c.ts`, "")]);
    assert.deepEqual(messages(view.ofFile(file)), ["second"]);
    assert.deepEqual(messages(view.all()), ["second"]);
    copy.diagnostics.push([problem(link, "")]);
    assert.deepEqual([view.ofFile(file), view.all()], [[], []]);
  });
});
