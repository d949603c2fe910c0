// Runs instances as the extension does, with nothing else loaded: the connection and its worker, no test code.
import { HostConnection } from "../../src/editor/window/hostConnection";
import type {
  DesiredState,
  EditorApi,
  InstanceView,
} from "../../src/host/contract";

export interface HeldSetup {
  readonly worker: string;
  readonly home: string;
  readonly lockDirectory: string;
  readonly desired: DesiredState;
}

/** Resolves once all are running, with a function that stops them. */
export async function holdInstances({
  worker,
  home,
  lockDirectory,
  desired,
}: HeldSetup): Promise<() => Promise<void>> {
  const isRunning = ({ state }: InstanceView): boolean =>
    state.kind === "running";
  const connection = new HostConnection({
    file: worker,
    options: {
      home,
      lockDirectory,
      geminiDirectory: `${home}-tmp/gemini/ide`,
      qwenDirectory: `${home}-user/.qwen/ide`,
      parentPid: process.ppid,
      pid: process.pid,
      version: "0",
    },
    log: console,
    overlapsAtReload: false,
  });
  connection.onDidStart((host) => void host.reconcile(desired));
  await new Promise<void>((resolve) => {
    // Without agents, nothing calls the editor.
    const editor: Partial<EditorApi> = {
      onDidChangeInstances: (views) => {
        if (views.filter(isRunning).length === desired.folders.length)
          resolve();
      },
      onDidLog: () => undefined,
    };
    connection.start({ pins: () => [], editor: editor as EditorApi });
  });
  return () => connection.dispose();
}
