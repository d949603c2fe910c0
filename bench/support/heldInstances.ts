// Instances as the extension runs them, with nothing else loaded: the connection and its worker, no test code.
import { HostConnection } from "../../src/editor/window/hostConnection";
import type { Desired, EditorApi, InstanceView } from "../../src/host/contract";

export interface HeldSetup {
  readonly worker: string;
  readonly home: string;
  readonly lockDirectory: string;
  readonly desired: Desired;
}

/** Resolves when all run, with the function that ends them. */
export async function holdInstances({
  worker,
  home,
  lockDirectory,
  desired,
}: HeldSetup): Promise<() => Promise<void>> {
  const isRunning = ({ state }: InstanceView): boolean =>
    state.kind === "running";
  let connection: HostConnection | undefined;
  await new Promise<void>((resolve) => {
    const told: Partial<EditorApi> = {
      onDidChangeInstances: (views) => {
        if (views.filter(isRunning).length === desired.folders.length)
          resolve();
      },
      onDidLog: () => undefined,
    };
    connection = HostConnection.open({
      file: worker,
      options: {
        home,
        lockDirectory,
        geminiDirectory: `${home}-tmp/gemini/ide`,
        qwenDirectory: `${home}-user/.qwen/ide`,
        parentPid: process.ppid,
        pid: process.pid,
        version: "0",
        owner: "vscode",
      },
      log: console,
      overlapsAtReload: false,
      pins: () => [],
      onDidStart: (host) => void host.reconcile(desired),
      // Without agents nobody asks the editor for anything.
      editor: told as EditorApi,
    });
  });
  return async () => {
    await connection?.dispose();
  };
}
