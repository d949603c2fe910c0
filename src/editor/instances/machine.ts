// The instances of the whole machine, as the host tells of them. All views listen here.
import * as vscode from "vscode";
import type { MachineInstance, MachineView } from "../../host/machineContract";
import type { WindowInstances } from "./windowInstances";

export class Machine {
  readonly #changed = new vscode.EventEmitter<void>();
  #view: MachineView = {
    instances: [],
    otherEditors: [],
    stopped: [],
    notRunning: [],
    locked: [],
  };

  readonly onDidChange = this.#changed.event;

  get view(): MachineView {
    return this.#view;
  }

  /** The instance of a worktree, whoever runs it. */
  of(worktree: string): MachineInstance | undefined {
    return this.#view.instances.find((each) => each.worktree === worktree);
  }

  /** Those that are none of the window's own. */
  beside({ views }: WindowInstances): readonly MachineInstance[] {
    const own = new Set(
      views.flatMap(({ state }) =>
        state.kind === "running" ? [state.instanceId] : [],
      ),
    );
    return this.#view.instances.filter(
      ({ instanceId }) => !own.has(instanceId),
    );
  }

  replace(view: MachineView): void {
    this.#view = view;
    this.#changed.fire();
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
