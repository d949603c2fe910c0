// Code that agents run in the open notebook: only there, and only with the user's consent.
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { codeNotAllowed, codeNotRun, noNotebook } from "../../src/core/errors";
import { runCodeLabel, runCodeQuestion } from "../../src/core/messages/tools";
import { GitRepository } from "../harness/gitRepository";
import { TestHome } from "../harness/testHome";
import { until } from "../harness/until";
import { VSCodeServer } from "../harness/vscodeServer";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { Agent, type ToolResult } from "../unit/support/agent";
import { root } from "../unit/support/root";
import { openShown, recordOf } from "./instances";

/** A kernel that says what it has run: all that these tests need of the Jupyter extension. */
const kernel = `"use strict";
const vscode = require("vscode");
exports.activate = () => {
  const controller = vscode.notebooks.createNotebookController("echo", "jupyter-notebook", "Echo");
  controller.executeHandler = async (cells) => {
    for (const cell of cells) {
      const execution = controller.createNotebookCellExecution(cell);
      execution.start();
      const item = vscode.NotebookCellOutputItem.text("ran " + cell.document.getText());
      await execution.replaceOutput([new vscode.NotebookCellOutput([item])]);
      execution.end(true);
    }
  };
};
`;

async function writeKernel(folder: string): Promise<string> {
  const manifest = {
    name: "kernel",
    publisher: "test",
    version: "1.0.0",
    engines: { vscode: "^1.101.0" },
    main: "./kernel.js",
    activationEvents: ["onNotebook:jupyter-notebook"],
  };
  await mkdir(folder);
  await writeFile(path.join(folder, "package.json"), JSON.stringify(manifest));
  await writeFile(path.join(folder, "kernel.js"), kernel);
  return folder;
}

describe("executeCode", function () {
  let home: TestHome;
  let vscode: VSCodeServer;
  let window: WorkbenchWindow;
  let agent: Agent;
  const execute = (code: string): Promise<ToolResult> =>
    agent.call("executeCode", { code });

  before(async () => {
    home = await TestHome.create();
    const notebook = {
      cells: [],
      metadata: {},
      nbformat: 4,
      nbformat_minor: 5,
    };
    const { folder } = await GitRepository.create(
      path.join(home.folder, "app"),
      { "data.ipynb": JSON.stringify(notebook) },
    );
    vscode = await VSCodeServer.start({
      home,
      extensions: [root, await writeKernel(path.join(home.folder, "kernel"))],
    });
    window = await openShown(vscode, home, folder);
    agent = await Agent.connect(await recordOf(home, folder));
  });
  after(async () => {
    agent.dispose();
    await vscode.stop();
    await home.remove();
  });

  it("is refused without a notebook", async () => {
    const { content, isError } = await execute("1 + 1");
    assert.ok(isError);
    assert.equal(content[0]?.text, noNotebook().message);
  });

  it("is refused if the user declines, and runs once the user has agreed, asked once for each notebook", async () => {
    await window.openNotebook("data.ipynb");
    await window.page.locator(".kernel-label").waitFor();
    const refused = execute("one");
    await until("the question", async () =>
      (await window.dialogText())?.includes(runCodeQuestion("data.ipynb")),
    );
    await window.pressDialogButton("Cancel");
    assert.equal((await refused).content[0]?.text, codeNotAllowed().message);
    const allowed = execute("two");
    await until("the question again", () => window.dialogText());
    await window.pressDialogButton(runCodeLabel);
    const [early] = (await allowed).content;
    assert.ok(
      ["ran two", codeNotRun().message].includes(early?.text ?? ""),
      early?.text,
    );
    await until("the notebook to have opened", async () => {
      const { content, isError } = await execute("three");
      return !isError && content[0]?.text === "ran three";
    });
    assert.equal((await execute("four")).content[0]?.text, "ran four");
    const codes = ["five", "six", "seven", "six"];
    const answers = await Promise.all(codes.map(execute));
    assert.deepEqual(
      answers.map(({ content }) => content[0]?.text),
      codes.map((code) => `ran ${code}`),
    );
  });
});
