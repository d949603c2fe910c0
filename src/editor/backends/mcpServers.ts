// VS Code's own agent mode: every MCP server among the backends, for each worktree of this window. VS Code connects to it directly.
import * as vscode from "vscode";
import type { BackendView } from "../../host/backendContract";
import type { BackendList } from "./backendList";

/** In package.json too. */
const PROVIDER = "berth.backends";

/** What VS Code shows until it has started one: nobody listens there. */
const NOT_STARTED = vscode.Uri.parse("http://127.0.0.1:9/mcp");

/** The caller disposes it. `labelOf` tells worktrees apart. */
export function registerMcpServers(
  backends: BackendList,
  labelOf: (view: BackendView) => string,
): vscode.Disposable {
  const define = (view: BackendView): vscode.McpHttpServerDefinition => {
    const { state } = view;
    const address = state.kind === "ready" ? state : undefined;
    return new vscode.McpHttpServerDefinition(
      labelOf(view),
      address?.url ? vscode.Uri.parse(address.url) : NOT_STARTED,
      { ...address?.headers },
      // Another process may offer other tools.
      address ? `${address.pid} ${address.port}` : "0",
    );
  };
  const servers = () => backends.views.filter(({ isMcp }) => isMcp);
  return vscode.lm.registerMcpServerDefinitionProvider(PROVIDER, {
    onDidChangeMcpServerDefinitions: backends.onDidChange,
    provideMcpServerDefinitions: () => servers().map(define),
    resolveMcpServerDefinition: async ({ label }) => {
      const view = servers().find((each) => labelOf(each) === label);
      return view && define(await backends.request(view));
    },
  });
}
