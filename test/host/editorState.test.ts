// What agents learn about the editor, pushed by the real one.
import assert from "node:assert/strict";
import path from "node:path";
import * as vscode from "vscode";
import {
  noCurrentSelection,
  noLatestSelection,
  selectionIsCut,
} from "../../src/core/messages/tools";
import { until } from "../harness/until";
import type { Agent } from "../unit/support/agent";
import { closeEditors, connect, show, workspaceFolder } from "./berth";

describe("An agent", () => {
  let agent: Agent;
  beforeEach(async () => {
    agent = await connect();
  });
  afterEach(async () => {
    agent.dispose();
    await closeEditors();
  });

  it("sees the selection as it changes, and none of it once its editor is closed", async () => {
    const editor = await show("selected.txt", "one\ntwo\nthree\n");
    editor.selection = new vscode.Selection(0, 1, 1, 2);
    const filePath = path.join(workspaceFolder(), "selected.txt");
    const expected = {
      success: true,
      text: "ne\ntw",
      filePath,
      fileUrl: vscode.Uri.file(filePath).toString(),
      selection: {
        start: { line: 0, character: 1 },
        end: { line: 1, character: 2 },
        isEmpty: false,
      },
    };
    await until("the selection", async () => {
      const answer = await agent.callForJson("getCurrentSelection");
      return JSON.stringify(answer) === JSON.stringify(expected);
    });
    await until("selection_changed", () =>
      agent
        .notified("selection_changed")
        .some(({ params }) => params?.["text"] === "ne\ntw"),
    );
    await closeEditors();
    await until("no current selection", async () => {
      const { success } = (await agent.callForJson("getCurrentSelection")) as {
        success: boolean;
      };
      return !success;
    });
    await until("no latest selection", async () => {
      const answer = await agent.callForJson("getLatestSelection");
      return (answer as { message?: string }).message === noLatestSelection;
    });
    const late = await connect();
    try {
      // What a new agent is told comes before what happens next.
      const other = await show("next.txt", "next\n");
      other.selection = new vscode.Selection(0, 0, 0, 4);
      await until("the next selection", () =>
        late
          .notified("selection_changed")
          .some(({ params }) => params?.["text"] === "next"),
      );
      assert.ok(!JSON.stringify(late.notifications).includes("selected.txt"));
    } finally {
      late.dispose();
    }
  });

  it("sees the text of a selection as it is now, also of one in the background, and how many lines there are", async () => {
    const latest = (text: string) =>
      until(`the latest selection to be "${text}"`, async () => {
        const answer = await agent.callForJson("getLatestSelection");
        return (answer as { text?: string }).text === text;
      });
    const editor = await show("followed.txt", "one\ntwo\n");
    editor.selection = new vscode.Selection(0, 0, 1, 0);
    await latest("one\n");
    const change = async (text: string) => {
      const edit = new vscode.WorkspaceEdit();
      const { uri } = editor.document;
      // In the midst of the selection, so that its ends stay where they are.
      edit.replace(uri, new vscode.Range(0, 1, 0, 2), text);
      assert.ok(await vscode.workspace.applyEdit(edit));
      assert.ok(await vscode.workspace.saveAll());
    };
    await change("N");
    await latest("oNe\n");
    await vscode.workspace
      .openTextDocument({ content: "elsewhere" })
      .then((document) => vscode.window.showTextDocument(document));
    await until("no current selection", async () => {
      const answer = await agent.callForJson("getCurrentSelection");
      return !(answer as { success: boolean }).success;
    });
    await change("\n\n");
    await latest("o\n");
    await until("the new number of lines", async () =>
      (await tabs(agent)).some(
        ({ label, lineCount }) => label === "followed.txt" && lineCount === 5,
      ),
    );
  });

  it("is sent 64 KB of a large selection, with all of its range and a word of the cut", async () => {
    const editor = await show("large.txt", "ü".repeat(9 * 1024 * 1024));
    editor.selection = new vscode.Selection(0, 0, 0, 9 * 1024 * 1024);
    const { params } = await until("the selection", () =>
      agent
        .notified("selection_changed")
        .find(({ params }) => String(params?.["text"]).startsWith("ü")),
    );
    const text = String(params?.["text"]);
    assert.ok(Buffer.byteLength(text) <= 64 * 1024);
    assert.ok(text.endsWith(`ü${selectionIsCut}`));
    const { end } = params?.["selection"] as { end: object };
    assert.deepEqual(end, { line: 0, character: 9 * 1024 * 1024 });
  });

  it("is told nothing while selections are not shared", async () => {
    const settings = vscode.workspace.getConfiguration("berth");
    await settings.update(
      "shareSelection",
      false,
      vscode.ConfigurationTarget.Workspace,
    );
    try {
      const editor = await show("private.txt", "secret\n");
      editor.selection = new vscode.Selection(0, 0, 0, 6);
      // The tab is pushed the same way, after the selection would have been.
      const tab = await until("the tab", async () =>
        (await tabs(agent)).find(({ label }) => label === "private.txt"),
      );
      assert.equal(tab.selection, undefined);
      assert.deepEqual(await agent.callForJson("getCurrentSelection"), {
        success: false,
        message: noCurrentSelection,
      });
      assert.ok(
        !agent
          .notified("selection_changed")
          .some(({ params }) =>
            String(params?.["filePath"]).includes("private"),
          ),
      );
    } finally {
      await settings.update(
        "shareSelection",
        undefined,
        vscode.ConfigurationTarget.Workspace,
      );
    }
  });

  it("sees the open editors, and which are unsaved", async () => {
    await show("first.json", "{}\n");
    const editor = await show("second.md", "# Two\n");
    await editor.edit((edit) => {
      edit.insert(new vscode.Position(0, 0), "x");
    });
    const shown = await until("the unsaved tab", async () => {
      const all = await tabs(agent);
      return all.length === 2 && all[1]?.isDirty === true && all;
    });
    const uri = vscode.Uri.file(path.join(workspaceFolder(), "second.md"));
    assert.deepEqual(shown[1], {
      uri: uri.toString(),
      isActive: true,
      isPinned: false,
      isPreview: false,
      isDirty: true,
      label: "second.md",
      groupIndex: 0,
      viewColumn: 1,
      isGroupActive: true,
      languageId: "markdown",
      lineCount: 2,
      isUntitled: false,
      fileName: uri.fsPath,
      selection: {
        start: { line: 0, character: 1 },
        end: { line: 0, character: 1 },
      },
    });
    assert.equal(shown[0]?.isActive, false);
    await vscode.commands.executeCommand("workbench.action.files.revert");
  });

  it("gets the diagnostics of a file in the documented form, and none when there are none", async () => {
    const collection = vscode.languages.createDiagnosticCollection("test");
    try {
      const uri = vscode.Uri.file(path.join(workspaceFolder(), "bad.x"));
      const diagnostic = new vscode.Diagnostic(
        new vscode.Range(1, 2, 3, 4),
        "wrong",
        vscode.DiagnosticSeverity.Warning,
      );
      diagnostic.source = "tester";
      diagnostic.code = { value: 7, target: vscode.Uri.file("/help") };
      collection.set(uri, [diagnostic]);
      const expected = [
        {
          uri: uri.toString(),
          diagnostics: [
            {
              message: "wrong",
              severity: "Warning",
              range: {
                start: { line: 1, character: 2 },
                end: { line: 3, character: 4 },
              },
              source: "tester",
              code: "7",
            },
          ],
        },
      ];
      const ask = (uri?: string) =>
        agent.callForJson("getDiagnostics", uri === undefined ? {} : { uri });
      await until(
        "the diagnostic",
        async () =>
          JSON.stringify(await ask(uri.toString())) ===
          JSON.stringify(expected),
      );
      assert.deepEqual(await ask(uri.fsPath), expected);
      assert.deepEqual(await ask(`${uri.toString()}.other`), []);
      collection.clear();
      await until(
        "no diagnostic",
        async () => JSON.stringify(await ask(uri.toString())) === "[]",
      );
    } finally {
      collection.dispose();
    }
  });
});

interface Tab {
  readonly selection: unknown;
  readonly label: string;
  readonly lineCount: number;
  readonly isDirty: boolean;
  readonly isActive: boolean;
}

async function tabs(agent: Agent): Promise<Tab[]> {
  const answer = await agent.callForJson("getOpenEditors");
  return (answer as { tabs: Tab[] }).tabs;
}
