// Files that agents learn nothing about, whatever is selected in them, decided by the real editor's settings.
import assert from "node:assert/strict";
import { symlink } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import { until } from "../harness/until";
import type { Agent } from "../unit/support/agent";
import { closeEditors, connect, show, workspaceFolder } from "./berth";

interface Answer {
  readonly success: boolean;
  readonly text?: string;
}

describe("An agent learns nothing about", () => {
  let agent: Agent;
  beforeEach(async () => {
    agent = await connect();
  });
  afterEach(async () => {
    agent.dispose();
    await closeEditors();
  });

  const ask = (tool: string): Promise<Answer> =>
    agent.callForJson(tool) as Promise<Answer>;
  const labels = async () => {
    const answer = await agent.callForJson("getOpenEditors");
    return (answer as { tabs: { label: string }[] }).tabs.map(
      ({ label }) => label,
    );
  };

  /** Selects a word of a shared file, and waits until the agent knows. */
  const selectShared = async (text: string): Promise<void> => {
    const editor = await show(`${text}.txt`, `${text}\n`);
    editor.selection = new vscode.Selection(0, 0, 0, text.length);
    await until(`the agent knows of "${text}"`, async () => {
      return (await ask("getCurrentSelection")).text === text;
    });
  };

  /** Selects a secret between two shared selections, and checks that nothing the agent has received mentions it. */
  const staysSecret = async (uri: vscode.Uri): Promise<void> => {
    const name = path.basename(uri.fsPath);
    await selectShared("before");
    const editor = await vscode.window.showTextDocument(uri, {
      preview: false,
    });
    editor.selection = new vscode.Selection(0, 0, 0, 6);
    await until("no current selection", async () => {
      return !(await ask("getCurrentSelection")).success;
    });
    assert.equal((await ask("getLatestSelection")).text, "before");
    assert.ok(!(await labels()).includes(name));
    // Anything that was still on its way has arrived by now.
    await selectShared("after");
    const received = JSON.stringify([agent.answers, agent.notifications]);
    assert.ok(!received.includes("SECRET"), received);
    assert.ok(!received.includes(name), received);
  };

  const write = async (name: string): Promise<vscode.Uri> => {
    const uri = vscode.Uri.file(path.join(workspaceFolder(), name));
    await vscode.workspace.fs.writeFile(uri, Buffer.from("SECRET\n"));
    return uri;
  };

  const withSetting = async (
    name: string,
    value: unknown,
    run: () => Promise<void>,
  ): Promise<void> => {
    const settings = vscode.workspace.getConfiguration();
    const target = vscode.ConfigurationTarget.Workspace;
    await settings.update(name, value, target);
    try {
      await run();
    } finally {
      await settings.update(name, undefined, target);
    }
  };

  for (const name of [
    ".env.local",
    "sub/server.PEM",
    "id_ed25519",
    ".aws/credentials",
  ])
    it(`a secret file: ${name}`, async () => {
      await staysSecret(await write(name));
    });

  it("the problems, the unsaved changes and the facts of a secret file", async () => {
    const uri = await write(".env.tools");
    const shared = await show("shared.txt", "shared\n");
    const collection = vscode.languages.createDiagnosticCollection("secrets");
    const range = new vscode.Range(0, 0, 0, 1);
    try {
      const editor = await vscode.window.showTextDocument(uri, {
        preview: false,
      });
      await editor.edit((edit) => {
        edit.insert(new vscode.Position(0, 0), "x");
      });
      collection.set(uri, [new vscode.Diagnostic(range, "SECRET")]);
      // Pushed after it.
      collection.set(shared.document.uri, [
        new vscode.Diagnostic(range, "public"),
      ]);
      const all = async () =>
        JSON.stringify(await agent.callForJson("getDiagnostics"));
      await until("the public problem", async () =>
        (await all()).includes("public"),
      );
      assert.ok(!(await all()).includes("SECRET"));
      const filePath = uri.fsPath;
      assert.deepEqual(
        await agent.callForJson("getDiagnostics", { uri: filePath }),
        [],
      );
      for (const tool of ["checkDocumentDirty", "saveDocument"]) {
        const answer = await agent.callForJson(tool, { filePath });
        assert.equal((answer as Answer).success, false, tool);
      }
      assert.ok(editor.document.isDirty);
      assert.deepEqual(
        await agent.callForJson("openFile", { filePath, makeFrontmost: false }),
        { success: true, filePath, languageId: "", lineCount: 0 },
      );
      await withSetting("berth.secretFiles", ["shared.*"], async () => {
        await until("what is secret now to change", async () => {
          const told = await all();
          return told.includes("SECRET") && !told.includes("public");
        });
      });
      await vscode.window.showTextDocument(uri);
      await vscode.commands.executeCommand("workbench.action.files.revert");
    } finally {
      collection.dispose();
    }
  });

  it("a link to a secret file", async () => {
    const target = await write(".env");
    const link = path.join(workspaceFolder(), "harmless.txt");
    await symlink(target.fsPath, link);
    await staysSecret(vscode.Uri.file(link));
  });

  it("a file that the explorer hides with its folder or next to another file", async () => {
    const generated = await write("generated/code.js");
    await withSetting("files.exclude", { generated: true }, () =>
      staysSecret(generated),
    );
    await write("twin.ts");
    const twin = await write("twin.js");
    const lone = { "**/*.js": { when: "$(basename).ts" } };
    await withSetting("files.exclude", lone, () => staysSecret(twin));
  });

  it("a selection from before its file became secret", async () => {
    await selectShared("plain");
    await withSetting("berth.secretFiles", ["plain.*"], async () => {
      await until("the agent no longer knows it", async () => {
        return !(await ask("getLatestSelection")).success;
      });
      const late = await connect();
      try {
        await until("the tab to go", async () => {
          return !(await labels()).includes("plain.txt");
        });
        await selectShared("other");
        await until("the late agent knows the next selection", () =>
          late
            .notified("selection_changed")
            .some(({ params }) => params?.["text"] === "other"),
        );
        assert.ok(!JSON.stringify(late.notifications).includes("plain"));
      } finally {
        late.dispose();
      }
    });
    // It is shared again once it is no longer secret.
    await show("plain.txt", "plain\n");
    await until("the tab is back", async () => {
      return (await labels()).includes("plain.txt");
    });
  });

  it("a terminal that gets the focus: the selection in the editor still counts", async () => {
    await selectShared("kept");
    const terminal = vscode.window.createTerminal("focus");
    const collection = vscode.languages.createDiagnosticCollection("focus");
    try {
      const opened = until(
        "the terminal is the active one",
        () => vscode.window.activeTerminal === terminal,
      );
      terminal.show(false);
      await opened;
      await vscode.commands.executeCommand("workbench.action.terminal.focus");
      // A diagnostic is pushed after any selection that has changed by now.
      const uri = vscode.Uri.file(path.join(workspaceFolder(), "kept.txt"));
      const range = new vscode.Range(0, 0, 0, 1);
      collection.set(uri, [new vscode.Diagnostic(range, "pushed later")]);
      await until("the diagnostic", async () => {
        const args = { uri: uri.toString() };
        const answer = await agent.callForJson("getDiagnostics", args);
        return JSON.stringify(answer).includes("pushed later");
      });
      assert.equal((await ask("getCurrentSelection")).text, "kept");
      assert.equal((await ask("getLatestSelection")).text, "kept");
    } finally {
      collection.dispose();
      terminal.dispose();
    }
  });
});
