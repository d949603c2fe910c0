// Tells one window what has changed, and nothing twice.
import { isDeepStrictEqual } from "node:util";
import type { EditorApi, InstanceView } from "../contract";
import type { MachineView } from "../machineContract";

export class WindowNews {
  #instances: readonly InstanceView[] | undefined;
  #machine: MachineView | undefined;

  constructor(
    private readonly editor: Pick<
      EditorApi,
      "onDidChangeInstances" | "onDidChangeMachine"
    >,
  ) {}

  tellInstances(views: readonly InstanceView[]): void {
    if (isDeepStrictEqual(views, this.#instances)) return;
    this.#instances = views;
    this.editor.onDidChangeInstances(views);
  }

  /** Its lists are the same objects for as long as nothing has changed, but for those without an instance. */
  tellMachine(view: MachineView): void {
    const told = this.#machine;
    if (
      told?.instances === view.instances &&
      told.otherEditors === view.otherEditors &&
      isDeepStrictEqual(told.stopped, view.stopped) &&
      isDeepStrictEqual(told.notRunning, view.notRunning)
    )
      return;
    this.#machine = view;
    this.editor.onDidChangeMachine(view);
  }
}
