// The instance host of a person with many worktrees, tabs and problems, in a process that does nothing else: does what its
// parent says, and reports how long it was busy and which programs it started.
import path from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import type { DesiredState } from "../../src/host/contract";
import type { EditorTab } from "../../src/host/editorStateContract";
import { until } from "../../test/harness/until";
import { announce, readSetup } from "../support/child";
import { startInProcess } from "../support/inProcessHost";
import { settings } from "../support/settings";

export interface WorktreesSetup {
  /** The supervisor's bundle. */
  readonly bundle: string;
  readonly home: string;
  readonly lockDirectory: string;
  readonly worktrees: readonly string[];
  /** In all worktrees together, evenly spread. */
  readonly tabs: number;
  readonly filesWithProblems: number;
}

export interface WorktreesReady {
  readonly ports: readonly number[];
}

export type Command =
  | { readonly kind: "nothing"; readonly milliseconds: number }
  /** In a file of the first worktree. */
  | { readonly kind: "select"; readonly line: number }
  | { readonly kind: "setting"; readonly maxClients: number }
  | { readonly kind: "activeEditor"; readonly worktree: number }
  | { readonly kind: "stop" | "restart"; readonly worktree: number };

export interface Report {
  /** Milliseconds until the host had answered. */
  readonly took: number;
  /** Of those, and of what the command set off afterwards. */
  readonly busy: number;
  /** The longest time in which the host did not come to anything else. */
  readonly stalled: number;
  readonly programs: readonly string[];
}

/** Milliseconds in which everything that a command sets off is over. */
const SETTLE = 300;

async function run(setup: WorktreesSetup): Promise<void> {
  const { worktrees } = setup;
  const { host, views, startedPrograms, shutDown } = await startInProcess(
    setup.bundle,
    setup,
  );
  let desired: DesiredState = {
    folders: worktrees.map((folder) => ({
      name: path.basename(folder),
      path: folder,
    })),
    activeDirectory: null,
    settings: { ...settings, selectionDebounce: 0 },
    window: { app: "Bench", remoteName: null, workspace: "file:///bench" },
    isTrusted: true,
    backends: { user: [], workspace: [], refused: [] },
  };
  const reconcile = (change: Partial<DesiredState>) => {
    desired = { ...desired, ...change };
    return host.reconcile(desired);
  };
  await reconcile({});
  const running = await until("every instance runs", () => {
    const ports = worktrees.flatMap((worktree) => {
      const state = views().find((view) => view.worktree === worktree)?.state;
      return state?.kind === "running" ? [state.port] : [];
    });
    return ports.length === worktrees.length && ports;
  });
  await host.pushDiagnostics(problems(setup));
  await host.pushState({ tabs: tabs(setup), selection: selection(setup, 1) });

  const obey = (command: Command): Promise<unknown> => {
    switch (command.kind) {
      case "nothing":
        return delay(command.milliseconds);
      case "select":
        return host.pushState({ selection: selection(setup, command.line) });
      case "setting":
        return reconcile({
          settings: { ...desired.settings, maxClients: command.maxClients },
        });
      case "activeEditor":
        return reconcile({
          activeDirectory: worktrees[command.worktree] ?? null,
          settings: { ...desired.settings, autoStart: "activeEditor" },
        });
      case "stop":
        return host.stop(worktrees[command.worktree] ?? "");
      case "restart":
        return host.restart(worktrees[command.worktree] ?? "");
    }
  };
  const stalls = monitorEventLoopDelay({ resolution: 1 });
  stalls.enable();
  process.on("message", (command: Command) => {
    void (async () => {
      startedPrograms();
      stalls.reset();
      const before = performance.eventLoopUtilization();
      const start = performance.now();
      await obey(command);
      const took = performance.now() - start;
      await delay(SETTLE);
      const { active } = performance.eventLoopUtilization(before);
      const report: Report = {
        took,
        busy: active,
        stalled: stalls.max / 1e6,
        programs: startedPrograms(),
      };
      process.send?.(report);
    })();
  });
  announce({ ports: running } satisfies WorktreesReady, shutDown);
}

function fileIn({ worktrees }: WorktreesSetup, index: number): string {
  const worktree = worktrees[index % worktrees.length] ?? "";
  return path.join(worktree, `file-${index}.ts`);
}

function selection(setup: WorktreesSetup, line: number) {
  const file = fileIn(setup, 0);
  const position = { line, character: 0 };
  return {
    text: "x".repeat(200),
    path: file,
    uri: `file://${file}`,
    range: { start: position, end: { line: line + 1, character: 0 } },
  };
}

function tabs(setup: WorktreesSetup): EditorTab[] {
  return Array.from({ length: setup.tabs }, (_, index) => {
    const file = fileIn(setup, index);
    return {
      uri: `file://${file}`,
      path: file,
      isActive: index === 0,
      isPinned: false,
      isPreview: false,
      isDirty: false,
      label: path.basename(file),
      groupIndex: 0,
      viewColumn: 1,
      isGroupActive: true,
      languageId: "typescript",
      lineCount: 10,
      isUntitled: false,
    };
  });
}

function problems(setup: WorktreesSetup) {
  const position = { line: 0, character: 0 };
  return Array.from({ length: setup.filesWithProblems }, (_, index) => {
    const file = fileIn(setup, index);
    return {
      uri: `file://${file}`,
      path: file,
      diagnostics: [
        {
          message: "Type 'string' is not assignable to type 'number'.",
          severity: "Error" as const,
          range: { start: position, end: position },
        },
      ],
    };
  });
}

void run(readSetup() as WorktreesSetup);
