// Runs instances as the extension does, with nothing else loaded: the connection and its supervisor, no test code.
import { HostConnection } from "../../src/editor/window/hostConnection";
import type {
  DesiredState,
  EditorApi,
  InstanceView,
} from "../../src/host/contract";

export interface HeldSetup {
  /** Path of the supervisor's bundle. */
  readonly bundle: string;
  readonly home: string;
  readonly lockDirectory: string;
  readonly desired: DesiredState;
}

/** Resolves once all are running, with a function that detaches the window. */
export async function holdInstances({
  bundle,
  home,
  lockDirectory,
  desired,
}: HeldSetup): Promise<() => Promise<void>> {
  const isRunning = ({ state }: InstanceView): boolean =>
    state.kind === "running";
  const connection = new HostConnection({
    file: bundle,
    home,
    version: "0",
    window: {
      lockDirectory,
      geminiDirectory: `${home}-tmp/gemini/ide`,
      qwenDirectory: `${home}-user/.qwen/ide`,
      parentPid: process.ppid,
      environment: { ...process.env } as Record<string, string>,
    },
    log: console,
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
    connection.start({
      state: () => ({ pins: [], served: [], focusedAt: 0, backends: [] }),
      editor: editor as EditorApi,
    });
  });
  return () => connection.dispose();
}
