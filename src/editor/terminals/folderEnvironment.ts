// The environment of terminals that the user opens himself in a folder: a plain `claude` there finds the folder's instance.
import * as vscode from "vscode";
import {
  agentVariables,
  LOOPBACK,
  variableFamilies,
} from "../../core/agents/agentVariables";
import { Lifetime } from "../../core/lifetime";
import { canonicalPath } from "../../core/system/paths";
import { deepest } from "../../core/worktrees/worktree";
import type { CurrentSettings } from "../settings/settings";
import type { WindowInstances } from "../instances/windowInstances";

export class FolderEnvironment {
  readonly #lifetime = new Lifetime();
  readonly #set = new Map<
    string,
    { collection: vscode.EnvironmentVariableCollection; content: string }
  >();

  constructor(
    private readonly all: vscode.GlobalEnvironmentVariableCollection,
    private readonly instances: WindowInstances,
    private readonly settings: CurrentSettings,
  ) {
    for (const { onDidChange } of [instances, settings])
      this.#lifetime.own(
        onDidChange(() => {
          this.#update();
        }),
      );
  }

  /** What has not changed is not touched: VS Code tells the user of a terminal whose environment is no longer current. */
  #update(): void {
    const folders = vscode.workspace.workspaceFolders ?? [];
    const wanted = new Map(
      folders.map((folder) => [folder.uri.toString(), folder]),
    );
    for (const [key, { collection }] of this.#set)
      if (!wanted.has(key)) {
        collection.clear();
        this.#set.delete(key);
      }
    for (const [key, workspaceFolder] of wanted) {
      const variables = this.settings.value.terminalEnvironment
        ? this.#variables(workspaceFolder)
        : {};
      const content = JSON.stringify(variables);
      if (content === (this.#set.get(key)?.content ?? "{}")) continue;
      const collection = this.all.getScoped({ workspaceFolder });
      // Of this window and this run only: a port of yesterday leads nowhere.
      collection.persistent = false;
      collection.description =
        "Agents that are started here find the server of this worktree.";
      collection.clear();
      for (const [name, value] of Object.entries(variables))
        collection.replace(name, value);
      if (content !== "{}")
        for (const name of proxyLists())
          collection.append(name, `,${LOOPBACK}`);
      this.#set.set(key, { collection, content });
    }
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }

  #variables({ uri }: vscode.WorkspaceFolder): Record<string, string> {
    const { views } = this.instances;
    const worktree = deepest(
      views.map((view) => view.worktree),
      canonicalPath(uri.fsPath),
    );
    const state = views.find((view) => view.worktree === worktree)?.state;
    if (worktree === undefined || state?.kind !== "running") return {};
    const { port } = state;
    return agentVariables(variableFamilies, { worktree, port }) as Record<
      string,
      string
    >;
  }
}

/** The one that nobody uses stays unset: with this machine alone in it, it would hide the other from those who read it first. */
function proxyLists(): string[] {
  return ["NO_PROXY", ...("no_proxy" in process.env ? ["no_proxy"] : [])];
}
