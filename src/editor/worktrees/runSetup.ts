// Runs command lines in a worktree, one after another in one terminal, as tasks: VS Code then knows how each has ended.
import * as vscode from "vscode";
import { settingUp, setupFailed } from "../../core/messages/worktreeCommands";
import { escapeMessage } from "../escape";
import { withCancel } from "./cancellable";

/** Resolves when they have ended, or the user goes on before. One that fails is the last, and is told. */
export async function runSetup(
  worktree: string,
  name: string,
  lines: readonly string[],
): Promise<void> {
  if (lines.length === 0) return;
  await withCancel(settingUp(name), (signal) =>
    Promise.race([
      runAll(worktree, name, lines),
      new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => {
          resolve();
        });
      }),
    ]),
  );
}

async function runAll(
  worktree: string,
  name: string,
  lines: readonly string[],
): Promise<void> {
  for (const line of lines) {
    const code = await runLine(worktree, name, line);
    if (code === 0) continue;
    void tellFailure(name, setupFailed(name, line, code));
    return;
  }
}

async function tellFailure(name: string, sentence: string): Promise<void> {
  const show = "Show Terminal";
  const answer = await vscode.window.showWarningMessage(
    escapeMessage(sentence),
    show,
  );
  if (answer === show)
    vscode.window.terminals
      .find((terminal) => terminal.name.includes(taskName(name)))
      ?.show();
}

function taskName(name: string): string {
  return `Set-up of ${name}`;
}

/** Its exit code; undefined if it was cut off, or could not start. */
async function runLine(
  worktree: string,
  name: string,
  line: string,
): Promise<number | undefined> {
  const task = new vscode.Task(
    // What is the same task for VS Code gets the same terminal.
    { type: "berth.setup", worktree },
    vscode.TaskScope.Workspace,
    taskName(name),
    "Berth",
    new vscode.ShellExecution(line, { cwd: worktree }),
    [],
  );
  task.presentationOptions = {
    reveal: vscode.TaskRevealKind.Always,
    panel: vscode.TaskPanelKind.Dedicated,
    showReuseMessage: false,
    echo: true,
  };
  const isOurs = ({ definition }: vscode.Task): boolean =>
    definition.type === "berth.setup" && definition["worktree"] === worktree;
  let code: number | undefined;
  let listeners: vscode.Disposable | undefined;
  try {
    const ended = new Promise<void>((resolve) => {
      listeners = vscode.Disposable.from(
        vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
          if (isOurs(execution.task)) code = exitCode;
        }),
        vscode.tasks.onDidEndTask(({ execution }) => {
          if (isOurs(execution.task)) resolve();
        }),
      );
    });
    await vscode.tasks.executeTask(task);
    await ended;
    return code;
  } finally {
    listeners?.dispose();
  }
}
