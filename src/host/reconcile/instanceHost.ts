// Reconciles the instances of one window with the desired state, and serves the editor. Does not know where it runs.
import { isDeepStrictEqual } from "node:util";
import {
  type Listing,
  MachineInstances,
} from "../../core/control/machineInstances";
import { notAFolder, notStarted, tooManyInstances } from "../../core/errors";
import { Lifetime } from "../../core/lifetime";
import type { Log } from "../../core/log";
import { done, failed, type Outcome } from "../../core/outcome";
import { RecordWatcher } from "../../core/registry/recordWatcher";
import {
  type RegistryFiles,
  registryFiles,
} from "../../core/registry/registryFiles";
import { identifyProcess } from "../../core/system/processIdentity";
import { PendingSends } from "../clients/pendingSends";
import type {
  DesiredState,
  EditorApi,
  EditorState,
  FileDiagnostics,
  HostApi,
  HostOptions,
  Pin,
  SendRequest,
} from "../contract";
import type { ServingProcess } from "../instance/instanceContext";
import { WindowView } from "../view/windowView";
import { InstanceSet } from "./instanceSet";
import { KnownWorktrees } from "./knownWorktrees";
import { LiveInstances } from "./liveInstances";
import { CoalescingQueue } from "./coalescingQueue";
import { enteredWorktree, makePlan, type Plan, plannedFolders } from "./plan";
import { Maintenance } from "./maintenance";
import { WorktreeWatcher } from "./worktreeWatcher";

export class InstanceHost implements HostApi {
  readonly #lifetime = new Lifetime();
  readonly #pins: Map<string, Pin>;
  readonly #known = new KnownWorktrees();
  readonly #view = new WindowView(() => {
    for (const { clients, view } of this.#instances.running())
      clients.share(view);
  });
  readonly #refresh: CoalescingQueue;
  readonly #worktreeWatcher = new WorktreeWatcher(
    () => void this.#refresh.request(),
  );
  readonly #instances: InstanceSet;
  readonly #machineInstances: MachineInstances;
  readonly #pendingSends: PendingSends;
  #desired: DesiredState | undefined;
  #plan: Plan = new Map();
  #active: string | null = null;
  #notifying: NodeJS.Immediate | undefined;
  #isEnding = false;

  private constructor(
    options: HostOptions,
    process: ServingProcess,
    private readonly editor: EditorApi,
    log: Log,
    files: RegistryFiles,
    private readonly records: RecordWatcher,
  ) {
    this.#pins = new Map(options.pins);
    this.#refresh = new CoalescingQueue(
      "Asking git",
      () => this.#refreshWorktrees(),
      log,
    );
    this.#machineInstances = new MachineInstances(files);
    this.#instances = new InstanceSet(
      {
        process,
        files,
        peers: new LiveInstances(records, () => this.#instances.running()),
        window: {
          editor,
          viewOf: (worktree) => this.#view.viewOf(worktree),
          diagnosticsOf: (worktree) => this.#view.diagnosticsOf(worktree),
          isOpenTo: (worktree, file) => this.#view.isOpenTo(worktree, file),
          isActive: (worktree) => this.#active === worktree,
        },
        log,
      },
      {
        onDidChange: () => {
          this.#notifySoon();
        },
        onDidRequestStop: (worktree) => void this.stop(worktree),
        onDidRequestFocus: (worktree) => {
          editor.onDidRequestFocus(worktree);
        },
      },
    );
    this.#pendingSends = new PendingSends(
      (worktree) => this.#instances.get(worktree)?.mentions,
      this.#machineInstances,
    );
    this.#lifetime.own(records);
    this.#lifetime.own(
      // Names may have to be made distinct again.
      records.onDidChange(() => {
        this.#apply();
      }),
    );
    this.#lifetime.defer(() => this.#instances.endAll());
    this.#lifetime.own(this.#worktreeWatcher);
    this.#lifetime.own(new Maintenance(() => this.#instances.running()));
    this.#lifetime.own(this.#view);
    void files.addresses.prune();
  }

  /** Starts no instance before the first reconcile(). End it with shutDown(). */
  static async start(
    options: HostOptions,
    editor: EditorApi,
    log: Log,
  ): Promise<InstanceHost> {
    const files = registryFiles(options);
    const { pid, parentPid, owner, version } = options;
    const processStart = (await identifyProcess(pid))?.start ?? "";
    const self = { pid, processStart, startedAt: Date.now() };
    const records = await RecordWatcher.start({
      records: files.records,
      discoveryFiles: [files.lockFiles, ...files.companionFiles],
      liveness: files.liveness,
      log,
      self,
    });
    const process = { ...self, parentPid, owner, version };
    return new InstanceHost(options, process, editor, log, files, records);
  }

  async reconcile(desired: DesiredState): Promise<void> {
    const before = this.#desired;
    this.#desired = desired;
    const { isTrusted, settings } = desired;
    this.#view.setWindow(
      { isTrusted, isShared: settings.shareSelection },
      settings.selectionDebounce,
    );
    // Settings are judged by what git has said before.
    this.#apply({ retryFailed: true });
    if (!isDeepStrictEqual(before?.folders, desired.folders))
      void this.#refresh.request();
    await this.#refresh.idle();
    if (await this.#pinEnteredWorktree(desired)) this.#apply();
    await this.#settled();
    if (before === undefined) await this.records.sweep();
  }

  async start(folder: string): Promise<Outcome<string>> {
    const known = this.#known.get(folder);
    const worktree = known ?? (await this.#known.find(folder));
    if (worktree === undefined) return failed(notAFolder(folder));
    const { path } = worktree;
    this.#pins.set(path, "started");
    this.#apply({ retryFailed: true });
    await this.#settled(path);
    // Its repository may have worktrees that nobody has asked for yet.
    if (!known) void this.#refresh.request();
    if (this.#instances.get(path)) return done(path);
    const state = this.#instances.state(path);
    if (state?.kind === "failed") return failed(state.error);
    this.#pins.delete(path);
    const reason =
      state?.kind === "stopped" && state.because === "limit"
        ? tooManyInstances(this.#desired?.settings.maxInstances ?? 0)
        : notStarted(path);
    return failed(reason);
  }

  async stop(worktree: string): Promise<void> {
    this.#pins.set(worktree, "stopped");
    this.#apply();
    await this.#settled(worktree);
  }

  async restart(worktree: string): Promise<void> {
    if (this.#pins.get(worktree) === "stopped") this.#pins.delete(worktree);
    this.#instances.restart(worktree);
    this.#apply();
    await this.#settled(worktree);
  }

  list(): Promise<Listing> {
    void this.records.sweep();
    return this.#machineInstances.list(
      new Set(this.#plan.keys()),
      this.#known.siblings,
    );
  }

  stopRemote(instanceId: string): Promise<Outcome<null>> {
    return this.#machineInstances.stop(instanceId);
  }

  focusRemote(instanceId: string): Promise<Outcome<null>> {
    return this.#machineInstances.focus(instanceId);
  }

  send(request: SendRequest): Promise<Outcome<number>> {
    return this.#pendingSends.send(request);
  }

  cancelSend(id: string): void {
    this.#pendingSends.cancel(id);
  }

  setActive(worktree: string | null): void {
    this.#active = worktree;
  }

  pushState(state: Partial<EditorState>): void {
    this.#view.pushState(state);
  }

  pushDiagnostics(changed: readonly FileDiagnostics[]): void {
    this.#view.pushDiagnostics(changed);
  }

  forgetSelections(): void {
    this.#view.forgetSelections();
  }

  async shutDown(linger: number): Promise<void> {
    // Nothing is started again, and nobody waits for a slow git.
    this.#isEnding = true;
    this.#refresh.dispose();
    this.#known.dispose();
    if (linger > 0) await this.#instances.lingerAll(linger);
    await this.#lifetime.dispose();
  }

  /** With autoStart "activeEditor", pins the active file's worktree as started when it is entered. */
  async #pinEnteredWorktree(desired: DesiredState): Promise<boolean> {
    const worktree = await enteredWorktree(desired, this.#known);
    if (!worktree || this.#pins.has(worktree.path)) return false;
    this.#pins.set(worktree.path, "started");
    return true;
  }

  /** Begins to bring the instances to what is wanted, by what git has said before. */
  #apply({ retryFailed = false } = {}): void {
    const desired = this.#desired;
    if (!desired || this.#isEnding) return;
    this.#plan = makePlan(
      desired,
      this.#known,
      this.#pins,
      (worktree) => this.#instances.get(worktree) !== undefined,
    );
    this.#assignOwners();
    this.#worktreeWatcher.watch(
      this.#worktrees(),
      desired.folders.map((folder) => folder.path),
    );
    this.#instances.apply(this.#plan, retryFailed);
  }

  /** Asks git about everything that is open or started, and then for the other worktrees of these repositories. */
  async #refreshWorktrees(): Promise<void> {
    if (!this.#desired) return;
    await this.#known.refresh(plannedFolders(this.#desired, this.#pins));
    this.#apply();
    await this.#known.refreshSiblings(this.#worktrees());
    this.#assignOwners();
  }

  #worktrees() {
    return [...this.#plan.values()].map(({ spec }) => spec.worktree);
  }

  #assignOwners(): void {
    this.#view.setOwners(
      this.#worktrees(),
      this.#known.siblings.map(({ path }) => path),
    );
  }

  /** Whoever asked for a change sees it before the answer. */
  async #settled(worktree?: string): Promise<void> {
    await this.#instances.settled(worktree);
    this.#notify();
  }

  /** Coalesces the changes of one tick into one message. */
  #notifySoon(): void {
    this.#notifying ??= setImmediate(() => {
      this.#notify();
    });
  }

  #notify(): void {
    clearImmediate(this.#notifying);
    this.#notifying = undefined;
    this.editor.onDidChangeInstances(this.#instances.views(this.#pins));
  }
}
