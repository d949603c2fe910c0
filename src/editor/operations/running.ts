// What the user's own set-up runs for an agent, once the user has agreed.
import * as vscode from "vscode";
import { isCanceled } from "../../core/errors";
import {
  commandFailed,
  commandNotAllowed,
  noServingBackend,
  notInTrust,
  noTask,
  taskNotAllowed,
  taskNotShown,
} from "../../core/operationErrors";
import {
  runTaskDetail,
  runTaskLabel,
  runTaskQuestion,
} from "../../core/messages/tools";
import { canonicalPath, contains } from "../../core/system/paths";
import type { Operations, TaskView } from "../../host/operationsContract";
import type { BackendList } from "../backends/backendList";
import { escapeMessage } from "../escape";
import type { CurrentSettings } from "../settings/settings";

export async function listTasks(worktree: string): Promise<TaskView[]> {
  return (await tasksOf(worktree)).map(({ name, source }) => ({
    name,
    source,
  }));
}

/** Asks each time: what a task runs is a file that an agent may have written. Resolves with its end. */
export async function runTask(
  worktree: string,
  { name }: Operations["runTask"]["asks"],
): Promise<{ readonly exitCode: number | null }> {
  if (!vscode.workspace.isTrusted) throw notInTrust(`The task ${name}`);
  const tasks = await tasksOf(worktree);
  const task = tasks.find((each) => each.name === name);
  if (!task)
    throw noTask(
      name,
      tasks.map((each) => each.name),
    );
  const detail = detailOf(task);
  const answer = await vscode.window.showWarningMessage(
    escapeMessage(runTaskQuestion(name)),
    { modal: true, detail: `${detail}\n\n${runTaskDetail}` },
    runTaskLabel,
  );
  if (answer !== runTaskLabel) throw taskNotAllowed(name);
  // VS Code runs what its file says now.
  const now = (await tasksOf(worktree)).find((each) => each.name === name);
  if (!now || detailOf(now) !== detail) throw taskNotAllowed(name);
  const listeners: vscode.Disposable[] = [];
  try {
    const started = vscode.tasks.executeTask(task);
    const ended = new Promise<number | null>((resolve) => {
      const end = async (
        { execution }: vscode.TaskEndEvent,
        exitCode: number | null,
      ) => {
        if (execution === (await started)) resolve(exitCode);
      };
      listeners.push(
        vscode.tasks.onDidEndTaskProcess((event) => {
          void end(event, event.exitCode ?? null);
        }),
        // One without a process of its own.
        vscode.tasks.onDidEndTask((event) => {
          void end(event, null);
        }),
      );
    });
    await started;
    return { exitCode: await ended };
  } finally {
    for (const listener of listeners) listener.dispose();
  }
}

export async function runCommand(
  settings: CurrentSettings,
  { command, args }: Operations["runCommand"]["asks"],
): Promise<string> {
  if (!settings.value.allowedCommands.includes(command))
    throw commandNotAllowed(command);
  try {
    const result = await vscode.commands.executeCommand(command, ...args);
    return JSON.stringify(result ?? null);
  } catch (error) {
    if (isCanceled(error)) throw error;
    throw commandFailed(command, error);
  }
}

export async function openBackend(
  backends: BackendList,
  worktree: string,
  { name, path }: Operations["openBackend"]["asks"],
): Promise<{ readonly url: string }> {
  const address = backends
    .addressesOf(worktree)
    .find((each) => each.name === name);
  if (!address) throw noServingBackend(name);
  const base = address.url ?? `http://127.0.0.1:${address.port}/`;
  const url = new URL(base);
  // Of the same server, whatever the agent writes.
  url.pathname = path.startsWith("/") ? path : `/${path}`;
  await vscode.env.openExternal(vscode.Uri.parse(url.href));
  return { url: url.href };
}

async function tasksOf(worktree: string): Promise<vscode.Task[]> {
  const tasks = await vscode.tasks.fetchTasks();
  return tasks.filter(
    ({ scope }) =>
      typeof scope === "object" &&
      contains(worktree, canonicalPath(scope.uri.fsPath)),
  );
}

/** All that it runs. Throws a UserError if that cannot be shown. */
function detailOf({ name, scope, execution }: vscode.Task): string {
  const folder = typeof scope === "object" ? scope.uri : undefined;
  const configured = vscode.workspace
    .getConfiguration("tasks", folder)
    .get<readonly ConfiguredTask[]>("tasks", []);
  const runsOthers = configured.some(
    ({ label, taskName, dependsOn }) =>
      [label, taskName].includes(name) && dependsOn !== undefined,
  );
  if (runsOthers || !execution) throw taskNotShown(name);
  if (execution instanceof vscode.ShellExecution) {
    const { commandLine, command, args = [], options = {} } = execution;
    const words = [command, ...args].map((each) =>
      typeof each === "object" ? each.value : (each ?? ""),
    );
    const { executable = "", shellArgs = [], cwd, env } = options;
    const shell = executable === "" ? [] : [executable, ...shellArgs];
    return shownAs([...shell, commandLine ?? words.join(" ")], cwd, env);
  }
  if (!(execution instanceof vscode.ProcessExecution)) throw taskNotShown(name);
  const { process, args, options = {} } = execution;
  return shownAs([process, ...args], options.cwd, options.env);
}

/** Of a tasks.json, as far as the API of tasks does not tell it. */
interface ConfiguredTask {
  readonly label?: string;
  readonly taskName?: string;
  readonly dependsOn?: unknown;
}

function shownAs(
  words: readonly string[],
  cwd = "",
  env: Readonly<Record<string, string>> = {},
): string {
  return [
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
    words.join(" "),
    ...(cwd === "" ? [] : [`in ${cwd}`]),
  ].join("\n");
}
