// What an agent that is started in a terminal is told of its worktree's backends: MCP servers are started for it.
import path from "node:path";
import * as vscode from "vscode";
import type { McpServer } from "../../core/agents/mcpServers";
import {
  agentStartsWithout,
  startingBackends,
} from "../../core/backendMessages";
import { messageOf } from "../../core/errors";
import { writeJson } from "../../core/system/atomicFile";
import type { BackendView } from "../../host/backendContract";
import { escapeMessage } from "../escape";
import type { BackendList } from "./backendList";

type Ready = BackendView & { readonly state: { readonly kind: "ready" } };

/** Starts those that are to run; returns what an agent needs to reach them. What fails is told, and left out. */
export async function startMcpServers(
  backends: BackendList,
  worktree: string,
): Promise<McpServer[]> {
  const wanted = backends.of(worktree).filter(
    ({ isMcp, state, isWanted }) =>
      // Not what the user has stopped.
      isMcp && state.kind !== "refused" && isWanted !== false,
  );
  const views = wanted.every(isReady)
    ? wanted
    : await startAll(backends, wanted);
  return views
    .filter(isReady)
    .flatMap(({ name, state: { url, headers } }) =>
      url === null ? [] : { name, url, headers },
    );
}

/** Where the program in the terminal reads them, with their tokens, and removes them at once. */
export async function writeServers(
  directory: string,
  id: string,
  servers: readonly McpServer[],
): Promise<string> {
  const file = path.join(directory, `${id}.servers.json`);
  await writeJson(file, servers);
  return file;
}

/** Returns those that have started by the time that all have, or the user does not want to wait any longer. */
async function startAll(
  backends: BackendList,
  wanted: readonly BackendView[],
): Promise<readonly BackendView[]> {
  const started: BackendView[] = [];
  const failures: string[] = [];
  const start = async (view: BackendView): Promise<void> => {
    try {
      started.push(await backends.request(view));
    } catch (error) {
      failures.push(messageOf(error));
    }
  };
  await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: startingBackends(wanted.map(({ name }) => name)),
      cancellable: true,
    },
    async (_progress, token) => {
      const cancelled = new Promise<void>((resolve) => {
        token.onCancellationRequested(() => {
          resolve();
        });
      });
      await Promise.race([Promise.all(wanted.map(start)), cancelled]);
    },
  );
  if (failures.length > 0)
    void vscode.window.showWarningMessage(
      escapeMessage(agentStartsWithout(failures)),
    );
  return [...started];
}

function isReady(view: BackendView): view is Ready {
  return view.state.kind === "ready";
}
