// A window attached to an instance host of the test's own process, without a supervisor between them.
import type { DesiredState, EditorApi } from "../../../src/host/contract";
import type { AttachedWindow } from "../../../src/host/reconcile/attachedWindow";
import type { InstanceHost } from "../../../src/host/reconcile/instanceHost";
import type { Ground } from "./ground";

/** The editor does what it is given, and hears of everything else without an answer. */
export function attachHere(
  host: InstanceHost,
  ground: Ground,
  editor: Partial<EditorApi>,
): AttachedWindow {
  const deaf: Partial<EditorApi> = {
    onDidChangeInstances: () => undefined,
    onDidChangeMachine: () => undefined,
    onDidLearnWorktrees: () => undefined,
  };
  return host.attach(
    {
      lockDirectory: ground.locks,
      geminiDirectory: ground.path("gemini", "ide"),
      qwenDirectory: ground.path("qwen", "ide"),
      parentPid: process.ppid,
      environment: { ...process.env } as Record<string, string>,
      focusedAt: 0,
      served: [],
      known: [],
      pins: [],
      backends: [],
    },
    { ...deaf, ...editor } as EditorApi,
    () => undefined,
  );
}

/** What such a window wants, by default. */
export const desiredHere: Omit<DesiredState, "folders"> = {
  activeDirectory: null,
  settings: {
    enabled: true,
    autoStart: "workspace",
    maxInstances: 20,
    portRange: { first: 10_000, last: 18_999 },
    naming: "branch",
    nameTemplate: "",
    maxClients: 16,
    shareSelection: true,
    selectionDebounce: 20,
    reloadGrace: 0,
  },
  window: { app: "Test", remoteName: null, workspace: "file:///window" },
  isTrusted: true,
  backends: { user: [], workspace: [], refused: [] },
};
