// Reconciles the instances of one window with the desired state, and serves the editor. Does not know where it runs.
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
  Desired,
  EditorApi,
  EditorState,
  FileDiagnostics,
  HostApi,
  HostOptions,
  Pin,
  SendRequest,
} from "../contract";
import type { ServingProcess } from "../instance/instanceContext";
import { EditorCopy } from "../view/editorCopy";
import { FileOwners } from "../view/fileOwners";
import { SelectionSharing } from "../view/selectionSharing";
import { InstanceSet } from "./instanceSet";
import { KnownWorktrees } from "./knownWorktrees";
import { LiveInstances } from "./liveInstances";
import { ReconcileQueue, type ReconcileRequest } from "./reconcileQueue";
import { enteredWorktree, makePlan, type Plan, plannedFolders } from "./plan";
import { Upkeep } from "./upkeep";
import { WorktreeWatcher } from "./worktreeWatcher";

export class InstanceHost implements HostApi {
  readonly #lifetime = new Lifetime();
  readonly #pins: Map<string, Pin>;
  readonly #known = new KnownWorktrees();
  readonly #fileOwners = new FileOwners();
  readonly #copy = new EditorCopy((file) => this.#fileOwners.ownerOf(file));
  readonly #queue: ReconcileQueue;
  readonly #worktreeWatcher = new WorktreeWatcher(
    () => void this.#queue.request({ refresh: true }),
  );
  readonly #sharing = new SelectionSharing(() => {
    this.#share();
  });
  readonly #instances: InstanceSet;
  readonly #machineInstances: MachineInstances;
  readonly #pendingSends: PendingSends;
  #desired: Desired | undefined;
  #plan: Plan = new Map();
  #active: string | null = null;
  #isNotifying = false;

  private constructor(
    options: HostOptions,
    process: ServingProcess,
    private readonly editor: EditorApi,
    log: Log,
    files: RegistryFiles,
    private readonly records: RecordWatcher,
  ) {
    this.#pins = new Map(options.pins);
    this.#queue = new ReconcileQueue(
      (request) => this.#reconcileOnce(request),
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
          viewOf: (worktree) => this.#copy.viewOf(worktree),
          isOpenTo: (worktree, file) =>
            this.#fileOwners.isOpenTo(worktree, file),
          isActive: (worktree) => this.#active === worktree,
        },
        log,
      },
      {
        onDidChange: () => {
          this.#notifyChanged();
        },
        onDidRequestStop: (worktree) => void this.stop(worktree),
        onDidRequestFocus: (worktree) => {
          editor.onDidRequestFocus(worktree);
        },
        onDidBecomeDue: () => void this.#queue.request({}),
      },
    );
    this.#pendingSends = new PendingSends((worktree) => {
      const state = this.#instances.state(worktree);
      return state?.kind === "running" ? state.instance.mentions : undefined;
    }, this.#machineInstances);
    this.#lifetime.own(records);
    this.#lifetime.own(
      // Names may have to be made distinct again.
      records.onDidChange(() => void this.#queue.request({})),
    );
    this.#lifetime.defer(() => this.#instances.stopAll());
    this.#lifetime.own(this.#worktreeWatcher);
    this.#lifetime.own(
      new Upkeep(
        () => this.#instances.running(),
        () => void this.#queue.request({}),
      ),
    );
    this.#lifetime.own(this.#sharing);
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
    const startedAt = Date.now();
    const self = { pid, processStart, startedAt };
    const records = await RecordWatcher.start({
      records: files.records,
      discoveryFiles: [files.lockFiles, ...files.companionFiles],
      log,
      self,
    });
    const process = { ...self, parentPid, owner, version };
    return new InstanceHost(options, process, editor, log, files, records);
  }

  async reconcile(desired: Desired): Promise<void> {
    const isFirst = this.#desired === undefined;
    this.#desired = desired;
    this.#copy.setWindow({
      isTrusted: desired.isTrusted,
      isShared: desired.settings.shareSelection,
    });
    await this.#pinEnteredWorktree(desired);
    await this.#queue.request({ refresh: true, retryFailed: true });
    if (isFirst) await this.records.sweep();
  }

  async start(folder: string): Promise<Outcome<string>> {
    const worktree = (await this.#known.find(folder))?.path;
    if (worktree === undefined) return failed(notAFolder(folder));
    this.#pins.set(worktree, "started");
    await this.#queue.request({ refresh: true, retryFailed: true });
    const state = this.#instances.state(worktree);
    if (state?.kind === "running") return done(worktree);
    if (state?.kind === "failed") return failed(state.error);
    this.#pins.delete(worktree);
    const reason =
      state?.kind === "stopped" && state.because === "limit"
        ? tooManyInstances(this.#desired?.settings.maxInstances ?? 0)
        : notStarted(worktree);
    return failed(reason);
  }

  async stop(worktree: string): Promise<void> {
    this.#pins.set(worktree, "stopped");
    await this.#queue.request({ refresh: true });
  }

  async restart(worktree: string): Promise<void> {
    this.#instances.requestRestart(worktree);
    if (this.#pins.get(worktree) === "stopped") this.#pins.delete(worktree);
    await this.#queue.request({ refresh: true });
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
    this.#copy.push(state);
    this.#shareSoon();
  }

  pushDiagnostics(changed: readonly FileDiagnostics[]): void {
    this.#copy.pushDiagnostics(changed);
  }

  forgetSelections(): void {
    this.#copy.forgetSelections();
  }

  async shutDown(linger: number): Promise<void> {
    // An instance that has handed over its port must not be started again.
    await this.#queue.end();
    if (linger > 0) await this.#instances.lingerAll(linger);
    await this.#lifetime.dispose();
  }

  /** With autoStart "activeEditor", pins the active file's worktree as started when it is entered. */
  async #pinEnteredWorktree(desired: Desired): Promise<void> {
    const worktree = await enteredWorktree(desired, this.#known);
    if (worktree && !this.#pins.has(worktree.path))
      this.#pins.set(worktree.path, "started");
  }

  async #reconcileOnce({
    refresh,
    retryFailed,
  }: ReconcileRequest): Promise<void> {
    const desired = this.#desired;
    if (!desired) return;
    if (refresh) await this.#known.refresh(plannedFolders(desired, this.#pins));
    this.#plan = makePlan(
      desired,
      this.#known,
      this.#pins,
      (worktree) => this.#instances.state(worktree)?.kind === "running",
    );
    this.#assignOwners();
    await this.#instances.apply(this.#plan, retryFailed);
    if (!refresh) return;
    this.#worktreeWatcher.watch(
      this.#worktrees(),
      desired.folders.map((folder) => folder.path),
    );
    await this.#known.refreshSiblings(this.#worktrees());
    this.#assignOwners();
    // State pushed before its worktree was known can be attributed now.
    this.#copy.attribute();
    this.#shareSoon();
  }

  #worktrees() {
    return [...this.#plan.values()].map(({ spec }) => spec.worktree);
  }

  #assignOwners(): void {
    this.#fileOwners.replace(
      this.#worktrees(),
      this.#known.siblings.map(({ path }) => path),
    );
  }

  #shareSoon(): void {
    this.#sharing.schedule(this.#desired?.settings.selectionDebounce ?? 0);
  }

  #share(): void {
    for (const { clients, view } of this.#instances.running())
      clients.share(view);
  }

  /** Coalesces the changes of one tick into one message. */
  #notifyChanged(): void {
    if (this.#isNotifying) return;
    this.#isNotifying = true;
    setImmediate(() => {
      this.#isNotifying = false;
      this.editor.onDidChangeInstances(this.#instances.views(this.#pins));
    });
  }
}
