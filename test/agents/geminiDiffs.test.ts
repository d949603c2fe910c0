// Changes that the real Gemini CLI proposes, decided by a person: in the window's diff editor or in the terminal.
import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { DiffEditor } from "../harness/diffEditor";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { openShown } from "../ui/instances";
import { done } from "./support/dummyModel";
import { geminiCli } from "./support/geminiCli";
import { Scene } from "./support/scene";
import type { Terminal } from "./support/terminal";

const lines = "one\ntwo\nthree\n";

describe("A change that Gemini CLI proposes", function () {
  let scene: Scene;
  let window: WorkbenchWindow;
  let file: string;

  before(async () => {
    scene = await Scene.open(geminiCli);
    window = await openShown(scene.vscode, scene.home, scene.app);
    file = path.join(scene.app, "src", "main.ts");
    scene.model.script("Change two", {
      name: "replace",
      input: {
        file_path: file,
        instruction: "Change two",
        old_string: "two",
        new_string: "2",
      },
    });
    scene.model.script("Make a file", {
      name: "write_file",
      input: { file_path: path.join(scene.app, "new.ts"), content: "new\n" },
    });
  });
  beforeEach(async () => {
    await writeFile(file, lines);
    await rm(path.join(scene.app, "new.ts"), { force: true });
    await window.openFile("src/main.ts");
  });
  afterEach(() => scene.endAgents());
  after(() => scene.close());

  const prompted = async (prompt: string): Promise<Terminal> => {
    const { port } = await scene.instance(scene.app);
    const agent = await scene.agent(scene.app, { port });
    await agent.shows(/1 open file/);
    await scene.prompt(agent, prompt);
    return agent;
  };
  const content = (): Promise<string> => readFile(file, "utf8");

  it("is written as the user left it in the editor", async () => {
    const agent = await prompted("Change two");
    const diff = await DiffEditor.shown(window.page, "main.ts");
    assert.equal(await content(), lines);
    await diff.append("four");
    await diff.accept();
    await agent.shows(new RegExp(done));
    await diff.gone();
    // Gemini CLI itself keeps the file's last newline.
    assert.equal(await content(), "one\n2\nthree\nfour\n");
  });

  it("is not written when rejected in the editor", async () => {
    const agent = await prompted("Change two");
    const diff = await DiffEditor.shown(window.page, "main.ts");
    await diff.reject();
    await diff.gone();
    await agent.shows(/Rejected|cancelled/);
    assert.equal(await content(), lines);
  });

  it("is closed in the editor when accepted in the terminal, and keeps what the user typed", async () => {
    const agent = await prompted("Change two");
    const diff = await DiffEditor.shown(window.page, "main.ts");
    await diff.append("four");
    await agent.answer(/Apply this change\?/, "Enter");
    await agent.shows(new RegExp(done));
    await diff.gone();
    assert.equal(await content(), "one\n2\nthree\nfour\n");
  });

  it("is closed in the editor when rejected in the terminal", async () => {
    const agent = await prompted("Change two");
    const diff = await DiffEditor.shown(window.page, "main.ts");
    // Not Escape: that cancels the whole request, and the editor is not told.
    const [, no = ""] = await agent.shows(/(\d)\. No, suggest changes/);
    await agent.answer(/Apply this change\?/, no);
    await diff.gone();
    assert.equal(await content(), lines);
  });

  it("may be a new file", async () => {
    const agent = await prompted("Make a file");
    const diff = await DiffEditor.shown(window.page, "new.ts (new)");
    await diff.accept();
    await agent.shows(new RegExp(done));
    await diff.gone();
    const made = path.join(scene.app, "new.ts");
    assert.equal(await readFile(made, "utf8"), "new\n");
  });

  it("is closed when its agent ends", async () => {
    await prompted("Change two");
    const diff = await DiffEditor.shown(window.page, "main.ts");
    await scene.endAgents();
    await diff.gone();
    assert.equal(await content(), lines);
  });
});
