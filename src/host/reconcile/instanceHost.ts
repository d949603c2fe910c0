// Hosts the instances of all windows that attach. Does not know where it runs.
import type { Health } from "../../core/control/api";
import { Lifetime } from "../../core/lifetime";
import type { Log } from "../../core/log";
import { RecordWatcher } from "../../core/registry/recordWatcher";
import { homeFiles, registryFiles } from "../../core/registry/registryFiles";
import { identifyPlace } from "../../core/system/machine";
import { identifyProcess } from "../../core/system/processIdentity";
import type { InstanceBackends } from "../backendContract";
import type { EditorApi, WindowOptions } from "../contract";
import { healthOf } from "../instance/controlActions";
import type { InstanceContext } from "../instance/instanceContext";
import { AttachedWindow, type HostParts } from "./attachedWindow";
import { IdleStop } from "./idleStop";
import { InstanceSet } from "./instanceSet";
import { LiveInstances } from "./liveInstances";
import { MachineWatch } from "./machineWatch";
import { Maintenance } from "./maintenance";
import { OtherEditors } from "./otherEditors";
import type { WindowAccess } from "./windowAccess";

/** Where a window's agents look for editors. */
type WindowPlace = Pick<WindowAccess, "files" | "otherEditors">;

export interface HostOptions {
  /** Berth's home. */
  readonly home: string;
  readonly version: string;
  readonly log: Log;
  readonly backends: InstanceBackends;
  /** Milliseconds; for tests. See IdleStop. */
  readonly lookForUnusedEvery?: number;
  /** isIdle may have changed. */
  readonly onDidChange: () => void;
}

export class InstanceHost {
  readonly #lifetime = new Lifetime();
  readonly #windows = new Set<AttachedWindow>();
  readonly #instances: InstanceSet;
  readonly #parts: HostParts;
  readonly #machine: MachineWatch;
  #notifying: NodeJS.Immediate | undefined;
  #isEnding = false;

  private constructor(
    private readonly options: HostOptions,
    private readonly context: Omit<InstanceContext, "peers">,
    private readonly records: RecordWatcher,
    /** By where the windows' agents look for editors. */
    private readonly places: Map<string, WindowPlace>,
  ) {
    const { log } = options;
    this.#instances = new InstanceSet(
      {
        ...context,
        peers: new LiveInstances(records, () => this.#instances.running()),
      },
      {
        onDidChange: () => {
          this.#notifySoon();
        },
        onDidRequestStop: (worktree, by) => {
          for (const { plan } of this.#windows) plan.pinStopped(worktree, by);
        },
      },
    );
    this.#machine = this.#lifetime.own(
      new MachineWatch({
        records,
        liveness: context.files.liveness,
        running: () => this.#instances.running(),
        onDidChange: () => {
          this.#notifySoon();
        },
      }),
    );
    this.#parts = {
      instances: this.#instances,
      records,
      machine: this.#machine,
      windows: () => [...this.#windows],
      onDidEnd: (window) => {
        this.#windows.delete(window);
        this.#notifySoon();
      },
      onDidPlan: () => {
        this.#notifySoon();
      },
      log,
    };
    this.#lifetime.own(records);
    this.#lifetime.own(
      // Names may have to be made distinct again.
      records.onDidChange(() => {
        for (const window of this.#windows) window.plan.apply();
      }),
    );
    this.#lifetime.defer(() => this.#instances.endAll());
    this.#lifetime.own(new Maintenance(() => this.#instances.running()));
    this.#lifetime.own(
      new IdleStop(
        {
          windows: () => [...this.#windows],
          running: () => this.#instances.running(),
          backends: options.backends,
          log,
        },
        options.lookForUnusedEvery,
      ),
    );
    void context.files.addresses.prune();
  }

  /** Starts no instance before a window wants one. End it with shutDown(). */
  static async start(options: HostOptions): Promise<InstanceHost> {
    const { home, version, log } = options;
    const { pid } = process;
    const [place, processStart = ""] = await Promise.all([
      identifyPlace(),
      identifyProcess(pid),
    ]);
    const files = homeFiles(home, place);
    const places = new Map<string, WindowPlace>();
    const instanceIds = new Set<string>();
    const records = await RecordWatcher.start({
      files: {
        ...files,
        get discoveryFiles() {
          return [...places.values()].flatMap(
            ({ files }) => files.discoveryFiles,
          );
        },
      },
      log,
      self: { pid, processStart, instanceIds },
    });
    return new InstanceHost(
      options,
      {
        process: { pid, processStart, place, version },
        files,
        backends: options.backends,
        instanceIds,
        log,
      },
      records,
      places,
    );
  }

  /** No window is attached, or was a short time ago, and no instance runs. */
  get isIdle(): boolean {
    return this.#windows.size === 0 && this.#instances.isEmpty;
  }

  /** Of all that run. */
  get health(): Health[] {
    return this.#instances.running().map(healthOf);
  }

  /** In the order in which they have attached; those that were attached a short time ago come last. */
  get windows(): readonly AttachedWindow[] {
    return [...this.#windows].sort(
      (a, b) => Number(a.gone.aborted) - Number(b.gone.aborted),
    );
  }

  /** undefined: none serves the worktree. */
  instanceIdOf(worktree: string): string | undefined {
    return this.#instances
      .running()
      .find((instance) => instance.worktree === worktree)?.instanceId;
  }

  /** To be called when the backends have changed. */
  noteBackends(): void {
    this.#notifySoon();
  }

  /** `disconnect` ends the window's connection. The caller calls detach() once that has ended. */
  attach(
    window: WindowOptions,
    editor: EditorApi,
    disconnect: () => void,
  ): AttachedWindow {
    const attached = new AttachedWindow(
      window,
      { editor, disconnect, ...this.#placeFor(window) },
      this.#parts,
    );
    this.#windows.add(attached);
    this.options.onDidChange();
    return attached;
  }

  /** Withdraws every file, then closes every client and port. */
  async shutDown(): Promise<void> {
    this.#isEnding = true;
    clearImmediate(this.#notifying);
    for (const window of this.#windows) window.cancelGit();
    await this.#lifetime.dispose();
    for (const window of this.#windows) window.end();
  }

  #placeFor(window: WindowOptions): WindowPlace {
    const { lockDirectory, geminiDirectory, qwenDirectory } = window;
    const key = [lockDirectory, geminiDirectory, qwenDirectory].join("\0");
    const { files, process } = this.context;
    const { home } = this.options;
    const known = this.places.get(key);
    if (known) return known;
    const own = registryFiles({ ...window, home }, process.place, files);
    const otherEditors = this.#lifetime.own(
      new OtherEditors(own.lockFiles, () => {
        this.#notifySoon();
      }),
    );
    const place = { files: own, otherEditors };
    this.places.set(key, place);
    return place;
  }

  /** Coalesces the changes of one tick. */
  #notifySoon(): void {
    // The end of the whole host is no news about an instance.
    if (this.#isEnding) return;
    this.#notifying ??= setImmediate(() => {
      this.#notifying = undefined;
      for (const window of this.#windows) {
        window.assignOwners();
        window.notify();
        window.notifyOfMachine();
      }
      this.options.onDidChange();
    });
  }
}
