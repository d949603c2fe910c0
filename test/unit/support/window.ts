// A window without an editor: the real connection to a real supervisor, and a record of everything it is told.
import { choicesOf } from "../../../src/host/backendContract";
import type { BackendDefinition } from "../../../src/core/backends/definition";
import type { InstanceRecord } from "../../../src/core/registry/formats";
import type { LogLevel } from "../../../src/core/log";
import { Records } from "../../../src/core/registry/records";
import {
  type Host,
  HostConnection,
} from "../../../src/editor/window/hostConnection";
import type {
  BackendView,
  WindowBackends,
} from "../../../src/host/backendContract";
import type {
  DesiredState,
  HostSettings,
  InstanceState,
  InstanceView,
  OpenedFile,
  DiffDecision,
  OpenFileArguments,
  ProposedDiff,
  Pin,
} from "../../../src/host/contract";
import type { MachineView } from "../../../src/host/machineContract";
import type { Operation } from "../../../src/host/operationsContract";
import type { Outcome } from "../../../src/core/outcome";
import type { SupervisorRecord } from "../../../src/core/control/supervisorRecord";
import { supervisorsIn } from "../../harness/supervisors";
import { until } from "../../harness/until";
import type { Ground } from "./ground";
import { supervisorFile } from "./root";

const defaultSettings: HostSettings = {
  enabled: true,
  autoStart: "workspace",
  maxInstances: 20,
  // Outside the default range, where the developer's own instances run.
  portRange: { first: 10_000, last: 18_999 },
  naming: "branch",
  nameTemplate: "${repository}@${branch}",
  maxClients: 16,
  shareSelection: true,
  selectionDebounce: 20,
  reloadGrace: 0,
};

export interface WindowSetup {
  readonly home: string;
  readonly lockDirectory: string;
  readonly folders: readonly string[];
  readonly settings?: Partial<HostSettings>;
  readonly activeDirectory?: string;
  /** URI of the folder or workspace that the window has open. */
  readonly workspace?: string;
  /** Of its extension host; that of the tests by default. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Of its extension. */
  readonly version?: string;
  /** The supervisor's bundle; that of the project by default. */
  readonly bundle?: string;
  /** When the user last turned to it; now by default. */
  readonly focusedAt?: number;
  /** Its page is gone, and only its extension host is left. */
  readonly isCutOff?: boolean;
  readonly pins?: readonly (readonly [string, Pin])[];
  readonly onDidChange?: () => void;
  readonly onDidChangeMachine?: (view: MachineView) => void;
  /** Of its user's settings. */
  readonly backends?: readonly BackendDefinition[];
}

type Running = Extract<InstanceState, { kind: "running" }>;

export class Window {
  views: readonly InstanceView[] = [];
  machine: MachineView = {
    instances: [],
    otherEditors: [],
    stopped: [],
    notRunning: [],
    locked: [],
  };
  /** How often it was told of the machine. */
  toldOfMachine = 0;
  readonly requestedDiffs: string[] = [];
  backends: readonly BackendView[] = [];
  readonly backendLog: string[] = [];
  /** All that it was ever told of backends. */
  readonly toldBackends: (readonly BackendView[])[] = [];
  /** How many times a host was started. */
  starts = 0;
  readonly log: { level: LogLevel; message: string }[] = [];
  readonly opened: OpenFileArguments[] = [];
  readonly focused: string[] = [];
  /** The editor's answer to openFile. */
  openOutcome: Outcome<OpenedFile> = {
    kind: "done",
    value: { languageId: "plaintext", lineCount: 3 },
  };
  readonly operations: Operation[] = [];
  /** The editor's answer to an operation. */
  answers: (operation: Operation) => unknown = () => null;
  /** How often openDiff has failed so. */
  failures = 0;
  /** What the editor rejects its next calls with. */
  editorFailure: Error | undefined;
  readonly connection: HostConnection;
  /** Diffs that are not decided yet. */
  readonly diffs = new Map<
    string,
    {
      readonly diff: ProposedDiff;
      readonly decide: (decision: DiffDecision) => void;
    }
  >();
  readonly #home: string;
  readonly #records: Records;
  readonly #hasReconciled: Promise<void>;
  #desired: DesiredState;
  #isEnded = false;

  private constructor(setup: WindowSetup) {
    this.#home = setup.home;
    this.#records = new Records(`${setup.home}/instances`);
    this.#desired = {
      folders: named(setup.folders),
      activeDirectory: setup.activeDirectory ?? null,
      settings: { ...defaultSettings, ...setup.settings },
      window: {
        app: "Test",
        remoteName: null,
        workspace: setup.workspace ?? "file:///window",
      },
      isTrusted: true,
      backends: {
        user: setup.backends ?? [],
        workspace: [],
        refused: [],
      },
    };
    this.connection = new HostConnection({
      file: setup.bundle ?? supervisorFile,
      home: setup.home,
      version: setup.version ?? "0.0.0-test",
      window: {
        lockDirectory: setup.lockDirectory,
        geminiDirectory: `${setup.home}-tmp/gemini/ide`,
        qwenDirectory: `${setup.home}-user/.qwen/ide`,
        parentPid: process.ppid,
        environment:
          setup.environment ?? ({ ...process.env } as Record<string, string>),
      },
      log: {
        debug: (message) => this.log.push({ level: "debug", message }),
        info: (message) => this.log.push({ level: "info", message }),
        warn: (message) => this.log.push({ level: "warn", message }),
        error: (message) => this.log.push({ level: "error", message }),
      },
    });
    this.#hasReconciled = new Promise((resolve) => {
      this.connection.onDidStart((host) => {
        this.starts += 1;
        // Rejected if the host dies at once; its successor is told again.
        host.reconcile(this.#desired).then(resolve, () => undefined);
      });
    });
    this.connection.start({
      state: () => ({
        pins:
          this.starts === 0
            ? (setup.pins ?? [])
            : this.views.flatMap(({ worktree, pin }) =>
                pin === null ? [] : [[worktree, pin] as const],
              ),
        served: this.views.flatMap(({ worktree, state }) =>
          state.kind === "running" ? [worktree] : [],
        ),
        focusedAt: setup.focusedAt ?? Date.now(),
        backends: choicesOf(this.backends),
      }),
      editor: {
        onDidChangeInstances: (views) => {
          this.views = views;
          setup.onDidChange?.();
        },
        onDidChangeMachine: (machine) => {
          this.machine = machine;
          this.toldOfMachine += 1;
          setup.onDidChangeMachine?.(machine);
        },
        onDidRequestDiff: (id) => this.requestedDiffs.push(id),
        onDidChangeBackends: (backends) => {
          this.backends = backends;
          this.toldBackends.push(backends);
        },
        onDidWriteBackendLog: (_backend, lines) => {
          this.backendLog.push(lines);
        },
        onDidRequestFocus: (worktree) => this.focused.push(worktree),
        onDidLog: (level, message) => this.log.push({ level, message }),
        pingWindow: () =>
          setup.isCutOff ? new Promise(() => undefined) : Promise.resolve(),
        openFile: (file) => {
          this.opened.push(file);
          return Promise.resolve(this.openOutcome);
        },
        openDiff: (diff) =>
          new Promise((resolve, reject) => {
            if (this.editorFailure) {
              this.failures += 1;
              reject(this.editorFailure);
              return;
            }
            this.diffs.set(diff.id, {
              diff,
              decide: (value) => {
                this.diffs.delete(diff.id);
                resolve({ kind: "done", value });
              },
            });
          }),
        closeDiff: (id) => {
          const pending = this.diffs.get(id);
          pending?.decide({ kind: "rejected" });
          return Promise.resolve(pending?.diff.contents ?? null);
        },
        readDocument: () =>
          this.editorFailure
            ? Promise.reject(this.editorFailure)
            : Promise.resolve(null),
        saveDocument: () => Promise.resolve(null),
        executeCode: () =>
          Promise.resolve({ kind: "failed", message: "No notebook." }),
        operate: async (operation) => {
          this.operations.push(operation as Operation);
          if (this.editorFailure) throw this.editorFailure;
          const value = await this.answers(operation as Operation);
          return { kind: "done", value: value as never };
        },
      },
    });
  }

  /** Resolves when the desired instances have started or failed. */
  static async open(setup: WindowSetup): Promise<Window> {
    const window = new Window(setup);
    await window.#hasReconciled;
    return window;
  }

  get host(): Host {
    return this.connection.host;
  }

  /** Resolves when the difference has been applied. */
  reconcile(
    change: {
      folders?: readonly string[];
      settings?: Partial<HostSettings>;
      activeDirectory?: string | null;
      isTrusted?: boolean;
      backends?: Partial<WindowBackends>;
    } = {},
  ): Promise<void> {
    const { folders, settings, activeDirectory, isTrusted, backends } = change;
    this.#desired = {
      ...this.#desired,
      ...(folders && { folders: named(folders) }),
      ...(activeDirectory !== undefined && { activeDirectory }),
      ...(isTrusted !== undefined && { isTrusted }),
      settings: { ...this.#desired.settings, ...settings },
      backends: { ...this.#desired.backends, ...backends },
    };
    return this.host.reconcile(this.#desired);
  }

  view(worktree: string): InstanceView | undefined {
    return this.views.find((view) => view.worktree === worktree);
  }

  stateOf(worktree: string): InstanceState["kind"] | "unknown" {
    return this.view(worktree)?.state.kind ?? "unknown";
  }

  /** Resolves when the worktree's instance is stopped for that reason. */
  async isStopped(
    worktree: string,
    because: "user" | "settings" | "limit",
  ): Promise<void> {
    await until(`${worktree} is stopped because of ${because}`, () => {
      const state = this.view(worktree)?.state;
      return state?.kind === "stopped" && state.because === because;
    });
  }

  /** The state of the first instance, or of the worktree's, once it runs. */
  running(worktree?: string): Promise<Running> {
    return until(`an instance runs for ${worktree ?? "any worktree"}`, () => {
      const view = worktree ? this.view(worktree) : this.views[0];
      return view?.state.kind === "running" && view.state;
    });
  }

  /** The record of the first instance, or of the worktree's, once it runs. */
  async record(worktree?: string): Promise<InstanceRecord> {
    await until("the window knows its instances", () => this.views.length > 0);
    return until("its record is there", async () => {
      const { instanceId } = await this.running(worktree);
      return this.#records.read(instanceId);
    });
  }

  /** The supervisor that hosts its instances. */
  async supervisor(): Promise<SupervisorRecord> {
    const [record] = await supervisorsIn(this.#home);
    if (!record) throw new Error("There is no supervisor.");
    return record;
  }

  /** Kills it without a chance to clean up. Resolves with its record. */
  async killSupervisor(): Promise<SupervisorRecord> {
    const record = await this.supervisor();
    process.kill(record.pid, "SIGKILL");
    return record;
  }

  hasLogged(level: LogLevel, text: string | RegExp): boolean {
    return this.log.some(
      (line) =>
        line.level === level &&
        (typeof text === "string"
          ? line.message.includes(text)
          : text.test(line.message)),
    );
  }

  async dispose(): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const ids = this.views.flatMap(({ state }) =>
      state.kind === "running" ? [state.instanceId] : [],
    );
    const windowsOf = async (id: string) =>
      (await this.#records.read(id))?.windows.length ?? -1;
    const before = await Promise.all(ids.map(windowsOf));
    await this.connection.dispose();
    // They end with their last window; that takes a moment longer.
    if (this.#desired.settings.reloadGrace === 0)
      await until("its instances have stopped", async () => {
        const now = await Promise.all(ids.map(windowsOf));
        return now.every(
          (count, index) =>
            count < 0 || (count > 0 && count < (before[index] ?? 0)),
        );
      });
  }
}

function named(folders: readonly string[]) {
  return folders.map((folder) => ({
    name: folder.split("/").at(-1) ?? folder,
    path: folder,
  }));
}

/** A window on the folders that ends with the ground. Resolves before its instances run. */
export async function openWindow(
  ground: Ground,
  folders: readonly string[],
  more: Partial<WindowSetup> = {},
): Promise<Window> {
  const { home, locks: lockDirectory } = ground;
  return ground.own(
    await Window.open({ home, lockDirectory, folders, ...more }),
  );
}
