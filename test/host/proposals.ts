// Diffs that a test's agent proposes, and how the window shows them.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import { until } from "../harness/until";
import type { Agent, ToolResult } from "../unit/support/agent";
import { closeEditors, connect, workspaceFolder } from "./berth";

/** Gives each test a connected agent and a file for it to change, and closes its diffs afterwards. */
export class Proposals {
  static use(): Proposals {
    const proposals = new Proposals();
    beforeEach(async () => {
      proposals.#agent = await connect();
      await writeFile(proposals.file, "one\ntwo\n");
    });
    afterEach(async () => {
      await proposals.agent.call("closeAllDiffTabs");
      proposals.agent.dispose();
      await closeEditors();
    });
    return proposals;
  }

  #agent: Agent | undefined;

  get agent(): Agent {
    if (!this.#agent) throw new Error("there is an agent only within a test");
    return this.#agent;
  }

  get file(): string {
    return path.join(workspaceFolder(), "reviewed.ts");
  }

  /** Resolves only when the diff is decided. */
  readonly propose = (
    contents: string,
    { name = "tab", target = this.file, from = this.agent } = {},
  ): Promise<ToolResult> =>
    from.call("openDiff", {
      old_file_path: target,
      new_file_path: target,
      new_file_contents: contents,
      tab_name: name,
    });
}

export function diffTabs(): vscode.Tab[] {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof vscode.TabInputTextDiff);
}

export function shown(count = 1): Promise<vscode.Tab[]> {
  return until(`${count} diff tabs`, () => {
    const tabs = diffTabs();
    return tabs.length === count && tabs;
  });
}

export async function rightSide(
  tab: vscode.Tab | undefined,
): Promise<vscode.TextDocument> {
  return vscode.workspace.openTextDocument(
    (tab?.input as vscode.TabInputTextDiff).modified,
  );
}

export async function append(
  document: vscode.TextDocument,
  text: string,
): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.insert(document.uri, new vscode.Position(document.lineCount, 0), text);
  await vscode.workspace.applyEdit(edit);
}

export function texts({ content }: ToolResult): string[] {
  return content.map(({ text }) => text);
}
