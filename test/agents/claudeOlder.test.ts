// A version of Claude Code that people still have: the way from the lock file to a decided diff.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { DiffEditor } from "../harness/diffEditor";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { olderClaudeCode } from "./support/claudeCode";
import { done } from "./support/dummyModel";
import { Scene } from "./support/scene";

describe("An older Claude Code", function () {
  let scene: Scene;
  let window: WorkbenchWindow;

  before(async () => {
    scene = await Scene.open(olderClaudeCode);
    window = await scene.vscode.openWindow(scene.app);
    await window.openFile("src/main.ts");
  });
  after(() => scene.close());

  it("finds its worktree's instance, shows the selection, and writes what the user accepted", async () => {
    const file = path.join(scene.app, "src", "main.ts");
    await writeFile(file, "one\ntwo\nthree\n");
    scene.model.script(
      "Change two",
      { name: "Read", input: { file_path: file } },
      {
        name: "Edit",
        input: { file_path: file, old_string: "two", new_string: "2" },
      },
    );
    const { port } = await scene.instance(scene.app);
    const agent = await scene.agent(scene.app, { port });
    await scene.clients(scene.app, 1);
    await window.selectLines(1, 2);
    await agent.shows(/2 lines selected/);
    await scene.prompt(agent, "Change two");
    const diff = await DiffEditor.shown(window.page, "main.ts");
    await diff.append("four");
    await diff.accept();
    await agent.shows(new RegExp(done));
    assert.equal(await readFile(file, "utf8"), "one\n2\nthree\nfour");
  });
});
