// The real Qwen Code and the real VS Code: it finds its worktree's server, and tells its model of the editor.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { DiffEditor } from "../harness/diffEditor";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { openShown } from "../ui/instances";
import { done } from "./support/dummyModel";
import { hears } from "./support/hears";
import { qwenCode } from "./support/qwenCode";
import { Scene } from "./support/scene";
import type { Terminal } from "./support/terminal";

describe("Qwen Code", function () {
  let scene: Scene;

  let app: WorkbenchWindow;
  let feature: WorkbenchWindow;

  before(async () => {
    scene = await Scene.open(qwenCode);
    app = await openShown(scene.vscode, scene.home, scene.app);
    feature = await openShown(scene.vscode, scene.home, scene.feature);
    await feature.openFile("src/main.ts");
  });
  afterEach(() => scene.endAgents());
  after(() => scene.close());

  const connected = async (worktree: string): Promise<Terminal> => {
    const { port } = await scene.instance(worktree);
    const agent = await scene.agent(worktree, { port });
    await scene.clients(worktree, 1);
    return agent;
  };

  it("finds the server of its terminal, and tells its model what is selected there", async () => {
    await feature.selectLines(2, 3);
    const agent = await connected(scene.feature);
    await scene.clients(scene.app, 0);
    const received = await hears(scene, agent, /two\nthree/);
    assert.ok(received.includes(`${scene.feature}/src/main.ts`));
  });

  it("writes what it proposed as the user left it in the editor", async () => {
    const file = path.join(scene.app, "src", "main.ts");
    scene.model.script(
      "Change two",
      { name: "read_file", input: { file_path: file } },
      {
        name: "edit",
        input: { file_path: file, old_string: "two", new_string: "2" },
      },
    );
    await app.page.bringToFront();
    const agent = await connected(scene.app);
    await scene.prompt(agent, "Change two");
    const diff = await DiffEditor.shown(app.page, "main.ts");
    await diff.append("six");
    await diff.accept();
    await diff.gone();
    await agent.shows(new RegExp(done));
    const content = await readFile(file, "utf8");
    assert.equal(content.trimEnd(), "one\n2\nthree\nfour\nfive\nsix");
  });
});
