// Changes that the real Claude Code proposes, decided by a person: in the window's diff editor or in the terminal.
import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { until } from "../harness/until";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { DiffEditor } from "../harness/diffEditor";
import { claudeCode } from "./support/claudeCode";
import { done } from "./support/dummyModel";
import { Scene } from "./support/scene";
import type { Terminal } from "./support/terminal";
import { Wiretap } from "./support/wiretap";

const lines = "one\ntwo\nthree\n";

describe("A change that Claude Code proposes", function () {
  let scene: Scene;
  let window: WorkbenchWindow;
  let wiretap: Wiretap;
  let file: string;

  before(async () => {
    scene = await Scene.open(claudeCode);
    window = await scene.vscode.openWindow(scene.app);
    await window.openFile("src/main.ts");
    wiretap = await Wiretap.open(scene.home, await scene.instance(scene.app));
    file = path.join(scene.app, "src", "main.ts");
    scene.model.script(
      "Change two",
      { name: "Read", input: { file_path: file } },
      {
        name: "Edit",
        input: { file_path: file, old_string: "two", new_string: "2" },
      },
    );
    for (const [prompt, name] of [
      ["Make a file", "new.ts"],
      ["Make a second file", "second.ts"],
      ["Make a third file", "third.ts"],
    ] as const)
      scene.model.script(prompt, {
        name: "Write",
        input: { file_path: path.join(scene.app, name), content: "new\n" },
      });
  });
  let exchanged = 0;
  beforeEach(async () => {
    exchanged = wiretap.exchanges.length;
    await writeFile(file, lines);
    for (const name of ["new.ts", "second.ts", "third.ts"])
      await rm(path.join(scene.app, name), { force: true });
  });
  afterEach(async function () {
    await scene.endAgents();
    // Mocha tries a failed test again: the calls of its first attempt end as they may.
    if (!this.currentTest?.isPassed()) wiretap.exchanges.length = exchanged;
  });
  after(async () => {
    await wiretap.dispose();
    await scene.close();
  });

  /** Prompts a new agent once it shows the active file, and so has found its editor. */
  const prompted = async (
    prompt: string,
    { port }: { readonly port: number } = wiretap,
  ): Promise<Terminal> => {
    const agent = await scene.agent(scene.app, { port });
    await agent.shows(/⧉ In main\.ts/);
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
    assert.equal(await content(), "one\n2\nthree\nfour");
  });

  it("is not written when rejected in the editor", async () => {
    const agent = await prompted("Change two");
    const diff = await DiffEditor.shown(window.page, "main.ts");
    await diff.reject();
    await diff.gone();
    await agent.shows(/rejected|interrupted/i);
    assert.equal(await content(), lines);
  });

  it("is closed in the editor when answered in the terminal", async () => {
    const agent = await prompted("Change two");
    const diff = await DiffEditor.shown(window.page, "main.ts");
    await agent.answer(/Do you want to make this edit/, "Enter");
    await agent.shows(new RegExp(done));
    await diff.gone();
    assert.equal(await content(), "one\n2\nthree\n");
  });

  it("may be a new file", async () => {
    const agent = await prompted("Make a file");
    const diff = await DiffEditor.shown(window.page, "new.ts (new)");
    await diff.accept();
    await agent.shows(new RegExp(done));
    await diff.gone();
    assert.equal(
      await readFile(path.join(scene.app, "new.ts"), "utf8"),
      "new\n",
    );
  });

  it("waits alongside another agent's, and each agent gets its own answer", async () => {
    const own = await prompted("Change two");
    await DiffEditor.shown(window.page, "main.ts");
    const other = await prompted("Make a second file");
    const diff = await DiffEditor.shown(window.page, "second.ts (new)");
    await diff.reject();
    await diff.gone();
    await other.shows(/rejected|interrupted/i);
    assert.doesNotMatch(await own.screen(), new RegExp(done));
    const remaining = await DiffEditor.shown(window.page, "main.ts");
    await remaining.accept();
    await own.shows(new RegExp(done));
    await remaining.gone();
    assert.equal(await content(), "one\n2\nthree\n");
  });

  it("is closed when its agent ends", async () => {
    await prompted("Change two");
    const diff = await DiffEditor.shown(window.page, "main.ts");
    await scene.endAgents();
    await diff.gone();
    assert.equal(await content(), lines);
  });

  it("comes back after a reload, and is written as the user left it in the editor", async () => {
    const agent = await prompted("Change two");
    const before = await DiffEditor.shown(window.page, "main.ts");
    await before.append("typed\n");
    await window.reload();
    const diff = await DiffEditor.shown(window.page, "main.ts");
    await diff.accept();
    await agent.shows(new RegExp(done));
    await diff.gone();
    assert.equal(await content(), "one\n2\nthree\ntyped\n");
  });

  it("can still be answered in the terminal when the server was killed, and the next one in the editor", async () => {
    const before = await scene.instance(scene.app);
    const agent = await prompted("Change two", before);
    const lost = await DiffEditor.shown(window.page, "main.ts");
    process.kill(before.pid, "SIGKILL");
    await scene.successor(before);
    await scene.clients(scene.app, 1);
    await agent.answer(/Do you want to make this edit/, "Enter");
    await agent.shows(new RegExp(done));
    assert.equal(await content(), "one\n2\nthree\n");
    await lost.reject();
    await lost.gone();
    await scene.prompt(agent, "Make a third file");
    const diff = await DiffEditor.shown(window.page, "third.ts (new)");
    await diff.accept();
    await diff.gone();
    await until("the file", () =>
      readFile(path.join(scene.app, "third.ts"), "utf8"),
    );
  });

  it("leads to no call that is answered with an error", () => {
    const { exchanges } = wiretap;
    const called = exchanges.map(({ request }) => request.params?.["name"]);
    for (const tool of ["openDiff", "close_tab", "getDiagnostics"])
      assert.ok(called.includes(tool), tool);
    assert.deepEqual(
      exchanges.filter(
        ({ answer }) => answer?.error ?? answer?.result?.isError,
      ),
      [],
    );
  });
});
