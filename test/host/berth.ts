// What a test inside the extension host can find out about its own window's instance.
import { realpathSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import type { InstanceRecord } from "../../src/core/registry/formats";
import { berthHome } from "../../src/core/registry/locations";
import { until } from "../harness/until";
import { Agent } from "../unit/support/agent";

/** The folder that the test run has open; a git repository. */
export function workspaceFolder(): string {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  if (!folder) throw new Error("these tests need an open folder");
  return realpathSync(folder.uri.fsPath);
}

async function records(): Promise<InstanceRecord[]> {
  const directory = path.join(berthHome(), "instances");
  const names = (await readdir(directory).catch(() => [])).filter((name) =>
    name.endsWith(".json"),
  );
  return Promise.all(
    names.map(
      async (name) =>
        JSON.parse(
          await readFile(path.join(directory, name), "utf8"),
        ) as InstanceRecord,
    ),
  );
}

export function recordOf(worktree: string): Promise<InstanceRecord> {
  return until(`an instance of ${worktree}`, async () =>
    (await records()).find((record) => record.worktree === worktree),
  );
}

export async function connect(): Promise<Agent> {
  return Agent.connect(await recordOf(workspaceFolder()));
}

/** Writes a file in the workspace and shows it. */
export async function show(
  name: string,
  content: string,
): Promise<vscode.TextEditor> {
  const uri = vscode.Uri.file(path.join(workspaceFolder(), name));
  await vscode.workspace.fs.writeFile(uri, Buffer.from(content));
  return vscode.window.showTextDocument(uri, { preview: false });
}

export async function closeEditors(): Promise<void> {
  await vscode.commands.executeCommand("workbench.action.closeAllEditors");
}
