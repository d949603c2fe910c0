// Agents of different vendors at one instance, while its window reloads and its processes die, with a diff waiting.
// BERTH_TEST_ROUNDS sets how many times.
import assert from "node:assert/strict";
import { describeInstance } from "../../src/core/control/controlClient";
import { DiffEditor } from "../harness/diffEditor";
import { until } from "../harness/until";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { openShown, reconnect, shown } from "../ui/instances";
import { Agent } from "../unit/support/agent";
import { claudeCode } from "./support/claudeCode";
import { geminiCli } from "./support/geminiCli";
import { Scene } from "./support/scene";
import type { Terminal } from "./support/terminal";

const rounds = Number(process.env["BERTH_TEST_ROUNDS"] ?? 2);

describe("Claude Code, Gemini CLI and a plain client at one instance", function () {
  this.timeout(300_000 + rounds * 60_000);
  let scene: Scene;
  let window: WorkbenchWindow;
  let claude: Terminal;
  let raw: Agent;

  before(async () => {
    scene = await Scene.open(claudeCode, geminiCli);
    window = await openShown(scene.vscode, scene.home, scene.app);
    await window.openFile("src/main.ts");
    const record = await scene.instance(scene.app);
    const { port } = record;
    claude = await scene.agent(scene.app, { port });
    await scene.agent(scene.app, { kind: geminiCli, port });
    raw = await Agent.connect(record);
    await scene.clients(scene.app, 3);
  });
  after(async () => {
    raw.dispose();
    await scene.close();
  });

  const clientIds = async (): Promise<string[]> => {
    const outcome = await describeInstance(await scene.instance(scene.app));
    return outcome.clients.map(({ id }) => id).sort();
  };
  const propose = () => {
    const file = `${scene.app}/src/main.ts`;
    return raw.call("openDiff", {
      old_file_path: file,
      new_file_path: file,
      new_file_contents: "proposed\n",
      tab_name: "main",
    });
  };

  /** The window and its agents are as they were, and the diff's decision answers the call of before. */
  const noticeNothing = async (disturb: () => Promise<void>): Promise<void> => {
    const ids = await clientIds();
    const answer = propose();
    const before = await DiffEditor.shown(window.page, "main.ts");
    await before.append("typed");
    await disturb();
    const diff = await DiffEditor.shown(window.page, "main.ts");
    await until("the window to answer", async () => {
      const { instanceId, windows } = await scene.instance(scene.app);
      return instanceId !== "" && windows.length === 1;
    });
    await diff.accept();
    assert.equal((await answer).content[1]?.text, "proposed\ntyped");
    await diff.gone();
    assert.deepEqual(await clientIds(), ids);
  };

  it("notice nothing when the window reloads", async () => {
    for (let round = 0; round < rounds; round += 1)
      await noticeNothing(async () => {
        await window.reload();
        await shown(window);
      });
  });

  it("notice nothing when the extension host is killed", async () => {
    for (let round = 0; round < rounds; round += 1) {
      await noticeNothing(async () => {
        const host = (await scene.vscode.extensionHosts()).at(-1);
        assert.ok(host);
        await scene.vscode.killExtensionHost(host);
        await until("the next extension host", async () => {
          const next = (await scene.vscode.extensionHosts()).at(-1);
          const { windows } = await scene.instance(scene.app);
          return next && next.pid !== host.pid && windows.length === 1;
        });
      });
      // VS Code starts no more after the third within five minutes, but counts anew.
      await window.reload();
      await shown(window);
    }
  });

  it("come back by themselves when the server is killed", async () => {
    for (let round = 0; round < rounds; round += 1) {
      const before = await scene.instance(scene.app);
      const start = performance.now();
      process.kill(before.pid, "SIGKILL");
      raw = await reconnect(before);
      console.log(
        `      back after ${(performance.now() - start).toFixed(0)} ms`,
      );
      const after = await scene.successor(before);
      assert.deepEqual([after.port, after.token], [before.port, before.token]);
      await until(
        "Claude Code and the plain client",
        async () => (await clientIds()).length >= 2,
      );
      // It counts deaths anew.
      await window.reload();
      await shown(window);
    }
    await window.selectLines(2, 4);
    await claude.shows(/3 lines selected/);
  });
});
