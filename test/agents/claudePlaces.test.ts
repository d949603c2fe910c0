// Places and times at which the real Claude Code may be started, and still finds its own server.
import { openShown } from "../ui/instances";
import { claudeCode } from "./support/claudeCode";
import { Scene } from "./support/scene";

describe("Claude Code finds its own server", function () {
  let scene: Scene;

  before(async () => {
    scene = await Scene.open(claudeCode);
  });
  afterEach(() => scene.endAgents());
  after(() => scene.close());

  it("when it was started before its window", async () => {
    const agent = await scene.agent(scene.feature, { args: ["--ide"] });
    const window = await openShown(scene.vscode, scene.home, scene.feature);
    await scene.clients(scene.feature, 1);
    await window.openFile("src/main.ts");
    await window.selectLines(1, 3);
    await agent.shows(/3 lines selected/);
    await window.close();
  });

  it("in a worktree nested in another, with both open", async () => {
    const outer = await openShown(scene.vscode, scene.home, scene.app);
    const inner = await openShown(scene.vscode, scene.home, scene.nested);
    const inApp = await scene.agent(scene.app, {
      port: (await scene.instance(scene.app)).port,
    });
    const inNested = await scene.agent(scene.nested, {
      port: (await scene.instance(scene.nested)).port,
    });
    await scene.clients(scene.app, 1);
    await scene.clients(scene.nested, 1);
    await inner.page.bringToFront();
    await inner.openFile("src/main.ts");
    await inner.selectLines(1, 4);
    await inNested.shows(/4 lines selected/);
    await outer.page.bringToFront();
    await outer.openFile("src/main.ts");
    await outer.selectLines(1, 2);
    await inApp.shows(/2 lines selected/);
    await inNested.shows(/4 lines selected/);
  });
});
