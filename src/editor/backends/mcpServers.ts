// VS Code's own agent mode: every MCP server among the backends, for each worktree of this window. VS Code connects to it directly.
import * as vscode from "vscode";
import { Lifetime } from "../../core/lifetime";
import type { BackendView } from "../../host/backendContract";
import type { WindowInstances } from "../instances/windowInstances";
import type { BackendList } from "./backendList";

/** In package.json too. */
const PROVIDER = "berth.backends";

/** What VS Code shows until it has started one: nobody listens there. */
const NOT_STARTED = vscode.Uri.parse("http://127.0.0.1:9/mcp");

/** The caller disposes it. */
export function registerMcpServers(
  backends: BackendList,
  instances: WindowInstances,
): Lifetime {
  const lifetime = new Lifetime();
  const changed = lifetime.own(new vscode.EventEmitter<void>());
  const define = (view: BackendView): vscode.McpHttpServerDefinition => {
    const { state } = view;
    const address = state.kind === "ready" ? state : undefined;
    return new vscode.McpHttpServerDefinition(
      instances.labelOf(view),
      address?.url ? vscode.Uri.parse(address.url) : NOT_STARTED,
      { ...address?.headers },
      // Another process may offer other tools.
      address ? `${address.pid} ${address.port}` : "0",
    );
  };
  const servers = () => backends.views.filter(({ isMcp }) => isMcp);
  // VS Code knows them by label, in which the instance's name is.
  const describe = () =>
    servers()
      .map(define)
      .map(({ label, version }) => `${label} ${version}`)
      .join("\n");
  let told = "";
  for (const { onDidChange } of [backends, instances])
    lifetime.own(
      onDidChange(() => {
        const now = describe();
        if (now === told) return;
        told = now;
        changed.fire();
      }),
    );
  lifetime.own(
    vscode.lm.registerMcpServerDefinitionProvider(PROVIDER, {
      onDidChangeMcpServerDefinitions: changed.event,
      provideMcpServerDefinitions: () => servers().map(define),
      resolveMcpServerDefinition: async ({ label }) => {
        const view = servers().find(
          (each) => instances.labelOf(each) === label,
        );
        return view && define(await backends.request(view));
      },
    }),
  );
  return lifetime;
}
