// The environment of terminals that the user opens in a folder: a plain `claude` there finds the folder's instance.
import * as vscode from "vscode";
import {
  agentVariables,
  LOOPBACK,
  variableFamilies,
} from "../../core/agents/agentVariables";
import { backendVariables } from "../../core/agents/backendVariables";
import { Lifetime } from "../../core/lifetime";
import { canonicalPath } from "../../core/system/paths";
import { deepest } from "../../core/system/paths";
import type { BackendList } from "../backends/backendList";
import type { CurrentSettings } from "../settings/settings";
import type { WindowInstances } from "../instances/windowInstances";

export class FolderEnvironment {
  readonly #lifetime = new Lifetime();
  readonly #applied = new Map<
    string,
    { collection: vscode.EnvironmentVariableCollection; content: string }
  >();

  constructor(
    private readonly collections: vscode.GlobalEnvironmentVariableCollection,
    private readonly instances: WindowInstances,
    private readonly backends: BackendList,
    private readonly settings: CurrentSettings,
  ) {
    for (const { onDidChange } of [instances, backends, settings])
      this.#lifetime.own(
        onDidChange(() => {
          this.#update();
        }),
      );
  }

  /** Touches only what changed: VS Code warns the user about terminals whose environment is stale. */
  #update(): void {
    const folders = vscode.workspace.workspaceFolders ?? [];
    const wanted = new Map(
      folders.map((folder) => [folder.uri.toString(), folder]),
    );
    for (const [key, { collection }] of this.#applied)
      if (!wanted.has(key)) {
        collection.clear();
        this.#applied.delete(key);
      }
    for (const [key, workspaceFolder] of wanted) {
      const variables = this.settings.value.terminalEnvironment
        ? this.#variables(workspaceFolder)
        : {};
      const content = JSON.stringify(variables);
      if (content === (this.#applied.get(key)?.content ?? "{}")) continue;
      const collection = this.collections.getScoped({ workspaceFolder });
      // Valid for this window and session only: a persisted port would be stale.
      collection.persistent = false;
      collection.description =
        "Agents that are started here find the server of this worktree.";
      collection.clear();
      for (const [name, value] of Object.entries(variables))
        collection.replace(name, value);
      if (content !== "{}")
        for (const name of noProxyNames())
          collection.append(name, `,${LOOPBACK}`);
      this.#applied.set(key, { collection, content });
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
    if (worktree === undefined) return {};
    const state = views.find((view) => view.worktree === worktree)?.state;
    const own =
      state?.kind === "running"
        ? agentVariables(variableFamilies, { worktree, port: state.port })
        : {};
    return {
      ...(own as Record<string, string>),
      ...backendVariables(this.backends.addressesOf(worktree)),
    };
  }
}

/** Leaves an unused no_proxy unset: with only loopback in it, it would hide NO_PROXY where it is read first. */
function noProxyNames(): string[] {
  return ["NO_PROXY", ...("no_proxy" in process.env ? ["no_proxy"] : [])];
}
