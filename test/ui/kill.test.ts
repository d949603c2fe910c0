// Killing an instance: asked where somebody loses something, heard of in its own window, and started there again.
import assert from "node:assert/strict";
import path from "node:path";
import { stoppedElsewhere } from "../../src/core/messages/instances";
import {
  formatUse,
  keepRunning,
  killQuestion,
  stoppedFromAShell,
  stoppedFromWindow,
} from "../../src/core/messages/kill";
import { stopInstance } from "../../src/core/control/controlClient";
import type { TestHome } from "../harness/testHome";
import { until } from "../harness/until";
import type { VSCodeServer } from "../harness/vscodeServer";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { Agent } from "../unit/support/agent";
import { gone, recordOf } from "./instances";
import { openTwoWorktrees } from "./twoWorktrees";

describe("Killing an instance", function () {
  let home: TestHome;
  let vscode: VSCodeServer;
  let app: string;
  let feature: string;
  let first: WorkbenchWindow;
  let second: WorkbenchWindow;
  const agents: Agent[] = [];

  before(async () => {
    ({ home, vscode, app, feature, first, second } = await openTwoWorktrees({
      "a.md": "one\n",
    }));
  });
  afterEach(() => {
    for (const agent of agents.splice(0)) agent.dispose();
  });
  after(async () => {
    await vscode.stop();
    await home.remove();
  });

  const connect = async (): Promise<Agent> => {
    const agent = await Agent.connect(await recordOf(home, feature));
    agents.push(agent);
    return agent;
  };
  const says = (window: WorkbenchWindow, text: string): Promise<unknown> =>
    until(`"${text}"`, async () =>
      (await window.notifications()).includes(text),
    );

  it("is what the palette runs when its title is typed, and not the one that kills all", async () => {
    await first.page.bringToFront();
    await first.page.keyboard.press("F1");
    await first.typeInPicker(">Berth: Kill Instance");
    await until("both in the palette", async () => {
      const rows = (await first.pickerRows()).map(({ label }) => label);
      return rows.some((label) => label.includes("Kill All Instances"));
    });
    await first.page.keyboard.press("Enter");
    await until("its list", async () =>
      (await first.pickerRows()).some(({ label }) => label === "app@main"),
    );
    assert.equal(await first.dialogText(), undefined);
    await first.closePicker();
    await first.runCommand("Berth: Kill All Instances");
    await until("the question of the other one", () => first.dialogText());
    assert.equal(await first.focusedDialogButton(), keepRunning);
    await first.page.keyboard.press("Enter");
    await until(
      "the question to go",
      async () => (await first.dialogText()) === undefined,
    );
    await Promise.all([recordOf(home, app), recordOf(home, feature)]);
  });

  it("is asked with its agents and their diffs, is told in its window, and undone there", async () => {
    const agent = await connect();
    const file = path.join(feature, "a.md");
    const proposing = agent.call("openDiff", {
      old_file_path: file,
      new_file_path: file,
      new_file_contents: "two\n",
      tab_name: "a.md",
    });
    proposing.catch(() => undefined);
    await first.page.bringToFront();
    await first.tree.open();
    await until("the diff in the tree", async () =>
      (await first.tree.rows()).some(({ label }) => label === "a.md"),
    );
    await first.tree.press("app@feature-x", "Kill");
    const question = await until("the question", () => first.dialogText());
    assert.ok(question.includes(killQuestion("app@feature-x")), question);
    assert.ok(question.includes(formatUse("Claude Code", 1)), question);
    assert.equal(await first.focusedDialogButton(), keepRunning);
    await first.page.keyboard.press("Escape");
    await until(
      "the question to go",
      async () => (await first.dialogText()) === undefined,
    );
    assert.ok((await agent.request("ping")).result);
    await first.tree.press("app@feature-x", "Kill");
    await until("the question again", () => first.dialogText());
    await first.pressDialogButton("Kill");
    await gone(home, feature);
    assert.equal(await agent.closed(), 1001);
    await second.page.bringToFront();
    await says(second, stoppedFromWindow("app@feature-x", "app"));
    assert.deepEqual(await first.notifications(), []);
    await second.pressNotificationButton("Start");
    await recordOf(home, feature);
  });

  it("is not asked where nobody loses anything, and its window's row starts it in its window", async () => {
    const { port } = await recordOf(home, feature);
    await first.page.bringToFront();
    await first.tree.open();
    await until("no agent in the tree", async () =>
      (await first.tree.rows()).every(({ label }) => label !== "Claude Code"),
    );
    await first.tree.press("app@feature-x", "Kill");
    await gone(home, feature);
    await until("whose it is", async () =>
      (await first.tree.rows()).some(
        ({ label, description }) =>
          label === "app@feature-x" &&
          description === stoppedElsewhere("app-feature-x"),
      ),
    );
    await first.tree.press("app@feature-x", "Start");
    const record = await recordOf(home, feature);
    assert.equal(record.port, port);
    assert.deepEqual(
      record.windows.map(({ workspace }) => path.basename(workspace ?? "")),
      ["app-feature-x"],
    );
  });

  it("says that it came from a shell", async () => {
    await stopInstance(await recordOf(home, feature));
    await second.page.bringToFront();
    await says(second, stoppedFromAShell("app@feature-x"));
  });
});
