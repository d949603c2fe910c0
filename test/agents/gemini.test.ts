// The real Gemini CLI and the real VS Code: which server it finds, and what it tells its model of the editor.
import assert from "node:assert/strict";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { openShown } from "../ui/instances";
import { geminiCli } from "./support/geminiCli";
import { hears } from "./support/hears";
import { Scene } from "./support/scene";

describe("Gemini CLI", function () {
  let scene: Scene;
  let app: WorkbenchWindow;
  let feature: WorkbenchWindow;

  before(async () => {
    scene = await Scene.open(geminiCli);
    app = await openShown(scene.vscode, scene.home, scene.app);
    feature = await openShown(scene.vscode, scene.home, scene.feature);
  });
  afterEach(() => scene.endAgents());
  after(() => scene.close());

  const look = async (
    window: WorkbenchWindow,
    first: number,
    last: number,
  ): Promise<void> => {
    await window.page.bringToFront();
    await window.openFile("src/main.ts");
    await window.selectLines(first, last);
  };
  it("finds its worktree's server by the discovery file alone, and tells its model the selection", async () => {
    await look(app, 4, 5);
    await look(feature, 2, 3);
    const agent = await scene.agent(scene.feature);
    await scene.clients(scene.feature, 1);
    await scene.clients(scene.app, 0);
    const received = await hears(scene, agent, /two\\nthree/);
    assert.ok(received.includes(`${scene.feature}/src/main.ts`));
    assert.ok(!received.includes(`${scene.app}/src/main.ts`));
    assert.ok(!received.includes("four\\nfive"));
  });

  it("tells its model at the next prompt what has changed since", async () => {
    await look(feature, 1, 1);
    const agent = await scene.agent(scene.feature);
    await scene.clients(scene.feature, 1);
    await hears(scene, agent, /"one"/);
    await look(feature, 3, 5);
    await hears(scene, agent, /three\\nfour\\nfive/);
  });

  it("finds the server of a nested worktree by the port of its terminal", async () => {
    const inner = await openShown(scene.vscode, scene.home, scene.nested);
    for (const worktree of [scene.nested, scene.app]) {
      const { port } = await scene.instance(worktree);
      await scene.agent(worktree, { port });
    }
    await scene.clients(scene.nested, 1);
    await scene.clients(scene.app, 1);
    await inner.close();
  });

  it("finds its server in the terminal that Berth opens for it", async () => {
    await app.page.bringToFront();
    await app.openFile("src/main.ts");
    await app.runCommand("Berth: Open Agent Terminal...");
    await scene.clients(scene.app, 1);
    await app.terminals.shows(/1 open file/);
  });
});
