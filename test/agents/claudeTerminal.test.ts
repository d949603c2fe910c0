// The real Claude Code in the terminal that Berth opens for it.
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { chooseTerminal } from "../../src/core/messages/terminals";
import { until } from "../harness/until";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { openShown, screenshots, STATUS } from "../ui/instances";
import { claudeCode } from "./support/claudeCode";
import { patience, Scene } from "./support/scene";

describe("Claude Code in an agent terminal", function () {
  let scene: Scene;
  let window: WorkbenchWindow;

  before(async () => {
    scene = await Scene.open(claudeCode);
  });
  after(() => scene.close());

  it("finds its server and receives the selection (Screenshots)", async () => {
    await writeFile(
      path.join(scene.feature, "src", "greet.ts"),
      "export function greet(name: string): string {\n  return `Hello, ${name}!`;\n}\n",
    );
    window = await openShown(scene.vscode, scene.home, scene.feature);
    await window.page.setViewportSize({ width: 1000, height: 620 });
    await window.runCommand("View: Toggle Primary Side Bar Visibility");
    await window.openFile("src/greet.ts");
    await window.selectLines(1, 3);
    await window.runCommand("Berth: Open Agent Terminal...");
    await scene.clients(scene.feature, 1);
    await window.terminals.shows(/3 lines selected/);
    assert.deepEqual(await window.terminals.tabs(), [
      "Claude Code · app@feature-x",
    ]);
    await until("the agent in the status bar", async () =>
      /^app@feature-x\s+1$/.test((await window.statusBarText(STATUS)) ?? ""),
    );
    await mkdir(screenshots, { recursive: true });
    await window.screenshot(path.join(screenshots, "terminal.png"));
  });

  it("is told apart from one in the user's own terminal, and both terminals can be shown", async () => {
    await window.runCommand("Terminal: Create New Terminal");
    await window.terminals.shows(/[$#] $/);
    await window.terminals.type("claude");
    await scene.clients(scene.feature, 2);
    // The choice is offered only once both agents have said which process they are.
    const choice = () =>
      until(
        "both terminals to be found",
        async () => {
          await window.runCommand("Berth: Show Terminal...");
          return until(
            "the choice",
            async () => {
              const rows = await window.pickerRows();
              const isChoice =
                rows.length > 1 &&
                (await window.pickerPlaceholder()) === chooseTerminal;
              return isChoice && rows;
            },
            5000,
          );
        },
        patience,
      );
    for (const tab of [0, 1]) {
      const rows = await choice();
      assert.deepEqual(
        rows.map(({ label }) => label),
        await window.terminals.tabs(),
      );
      await window.pickRow(rows[tab]?.label ?? "");
      await until(
        "that terminal to be visible",
        async () => (await window.terminals.activeTab()) === tab,
      );
    }
  });
});
