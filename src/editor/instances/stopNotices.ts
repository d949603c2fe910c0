// Tells of an instance that ran here and that somebody has stopped elsewhere, once.
import * as vscode from "vscode";
import { messageOf } from "../../core/errors";
import { Lifetime } from "../../core/lifetime";
import { stoppedFromAShell, stoppedFromWindow } from "../../core/messages/kill";
import type { InstanceView, Stopper } from "../../host/contract";
import { escapeMessage } from "../escape";
import { startHere } from "./start";
import { windowName } from "./stateText";
import type { TargetContext } from "./target";

export class StopNotices {
  readonly #lifetime = new Lifetime();
  /** Worktrees whose instances ran when last seen, or are about to stop. */
  readonly #ran = new Set<string>();

  constructor(private readonly context: TargetContext) {
    const { instances } = context;
    this.#lifetime.own(
      instances.onDidChange(() => {
        const { views } = instances;
        for (const worktree of this.#ran)
          if (!views.some((view) => view.worktree === worktree))
            this.#ran.delete(worktree);
        for (const view of views) this.#look(view);
      }),
    );
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }

  #look(view: InstanceView): void {
    const { worktree, state } = view;
    if (state.kind === "running") this.#ran.add(worktree);
    else if (state.kind === "stopped") {
      const ran = this.#ran.delete(worktree);
      if (ran && state.by !== null) void this.#tell(view, state.by);
    } else if (state.kind === "failed") this.#ran.delete(worktree);
  }

  async #tell({ name, worktree }: InstanceView, by: Stopper): Promise<void> {
    const start = "Start";
    const message =
      by.kind === "shell"
        ? stoppedFromAShell(name)
        : stoppedFromWindow(name, windowName(by.workspace));
    const answer = await vscode.window.showInformationMessage(
      escapeMessage(message),
      start,
    );
    if (answer !== start) return;
    try {
      await startHere(this.context, worktree);
    } catch (error) {
      void vscode.window.showErrorMessage(escapeMessage(messageOf(error)));
    }
  }
}
