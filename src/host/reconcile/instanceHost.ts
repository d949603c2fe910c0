// Everything that runs for one window, or headless: keeps the instances as they are wanted, and answers the editor.
import { SEEN_EVERY_MS } from "../../core/registry/keptAddresses";
import { notAFolder, notStarted, tooManyInstances } from "../../core/errors";
import { Lifetime } from "../../core/lifetime";
import type { Log } from "../../core/log";
import { done, failed, type Outcome } from "../../core/outcome";
import { identifyProcess } from "../../core/system/processIdentity";
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
import { EditorCopy } from "../view/editorCopy";
import {
  type RegistryFiles,
  registryFiles,
} from "../../core/registry/registryFiles";
import type { Instance } from "../instance/instance";
import { InstanceSet } from "./instanceSet";
import {
  type Listing,
  MachineInstances,
} from "../../core/control/machineInstances";
import { RecordWatcher } from "../../core/registry/recordWatcher";
import { FileOwners } from "../view/fileOwners";
import { PassQueue, type Wanted } from "./passQueue";
import { enteredWorktree, makePlan, type Plan } from "./plan";
import { PendingSends } from "../clients/pendingSends";
import { WorktreeWatcher } from "./worktreeWatcher";
import { WorktreeFinder } from "./worktreeFinder";

/** Milliseconds between two checks that a client still answers. */
const PING_EVERY = 30_000;
/** The same that the files by which an instance is found are still there. */
const CHECK_FILES_EVERY = 5_000;

export class InstanceHost implements HostApi {
  readonly #lifetime = new Lifetime();
  readonly #pins: Map<string, Pin>;
  readonly #finder = new WorktreeFinder();
  readonly #fileOwners = new FileOwners();
  readonly #copy = new EditorCopy((file) => this.#fileOwners.ownerOf(file));
  readonly #worktreeWatcher = new WorktreeWatcher(
    () => void this.#passQueue.request({ replan: true }),
  );
  readonly #instances: InstanceSet;
  readonly #machineInstances: MachineInstances;
  readonly #pendingSends: PendingSends;
  #desired: Desired | undefined;
  #plan: Plan = new Map();
  #active: string | null = null;
  readonly #passQueue: PassQueue;
  #sharing: NodeJS.Timeout | undefined;
  #isTelling = false;

  private constructor(
    private readonly options: HostOptions,
    private readonly editor: EditorApi,
    log: Log,
    files: RegistryFiles,
    private readonly neighbours: RecordWatcher,
    processStart: string,
    startedAt: number,
  ) {
    this.#pins = new Map(options.pins);
    this.#machineInstances = new MachineInstances(files);
    this.#passQueue = new PassQueue((wanted) => this.#pass(wanted), log);
    this.#instances = new InstanceSet(
      {
        options,
        processStart,
        startedAt,
        ...files,
        neighbours,
        editor,
        log,
        viewOf: (worktree) => this.#copy.viewOf(worktree),
        isOpenTo: (worktree, file) => this.#fileOwners.isOpenTo(worktree, file),
        isActive: (worktree) => this.#active === worktree,
      },
      {
        onDidChange: () => {
          this.#tell();
        },
        onDidRequestStop: (worktree) => void this.stop(worktree),
        onDidRequestFocus: (worktree) => {
          editor.onDidRequestFocus(worktree);
        },
        onDidBecomeDue: () => void this.#passQueue.request({}),
      },
    );
    this.#pendingSends = new PendingSends(
      this.#instances,
      this.#machineInstances,
    );
    this.#lifetime.own(neighbours);
    this.#lifetime.defer(() => this.#instances.stopAll());
    this.#lifetime.own(this.#worktreeWatcher);
    this.#every(PING_EVERY, (instance) => {
      instance.checkClients();
    });
    this.#every(SEEN_EVERY_MS, (instance) => void instance.noteSeen());
    this.#every(CHECK_FILES_EVERY, (instance) => void this.#restore(instance));
    this.#lifetime.defer(() => {
      clearTimeout(this.#sharing);
    });
    void files.addresses.prune();
  }

  /** Nothing runs yet: that comes with the first reconcile(). End it with shutDown(). */
  static async start(
    options: HostOptions,
    editor: EditorApi,
    log: Log,
  ): Promise<InstanceHost> {
    const files = registryFiles(options);
    const processStart = (await identifyProcess(options.pid))?.start ?? "";
    const startedAt = Date.now();
    const started: { host?: InstanceHost } = {};
    const neighbours = await RecordWatcher.start({
      records: files.records,
      discoveryFiles: [files.lockFiles, ...files.companionFiles],
      log,
      isLeftOver: (record) =>
        record.pid === options.pid &&
        record.processStart === processStart &&
        record.createdAt < startedAt,
      onDidChange: () => started.host?.noteNeighbours(),
    });
    const host = new InstanceHost(
      options,
      editor,
      log,
      files,
      neighbours,
      processStart,
      startedAt,
    );
    started.host = host;
    return host;
  }

  async reconcile(desired: Desired): Promise<void> {
    const isFirst = this.#desired === undefined;
    this.#desired = desired;
    this.#copy.takeWindow({
      isTrusted: desired.isTrusted,
      isShared: desired.settings.shareSelection,
    });
    await this.#enter(desired);
    await this.#passQueue.request({ replan: true, retryFailed: true });
    if (isFirst) await this.neighbours.sweep();
  }

  async start(folder: string): Promise<Outcome<string>> {
    const worktree = (await this.#finder.find(folder))?.path;
    if (worktree === undefined) return failed(notAFolder(folder));
    this.#pins.set(worktree, "started");
    await this.#passQueue.request({ replan: true, retryFailed: true });
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
    await this.#passQueue.request({ replan: true });
  }

  async restart(worktree: string): Promise<void> {
    this.#instances.requestRestart(worktree);
    if (this.#pins.get(worktree) === "stopped") this.#pins.delete(worktree);
    await this.#passQueue.request({ replan: true });
  }

  list(): Promise<Listing> {
    void this.neighbours.sweep();
    return this.#machineInstances.list(
      new Set(this.#plan.keys()),
      this.#fileOwners.siblings,
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
    // What has handed its port over must not be started again.
    await this.#passQueue.end();
    if (linger > 0) await this.#instances.leaveAll(linger);
    await this.#lifetime.dispose();
  }

  /** Records came or went: names may have to be told apart again. */
  noteNeighbours(): void {
    void this.#passQueue.request({});
  }

  /** Other programs tidy up too: an agent in a container, or the system in its temporary directory. */
  async #restore(instance: Instance): Promise<void> {
    if (await instance.lostFiles()) await this.#passQueue.request({});
  }

  #shareSoon(): void {
    clearTimeout(this.#sharing);
    this.#sharing = setTimeout(() => {
      for (const instance of this.#instances.running()) instance.share();
    }, this.#desired?.settings.selectionDebounce ?? 0);
  }

  /** With autoStart "activeEditor" the worktree of the active file is wanted from the moment it is entered. */
  async #enter(desired: Desired): Promise<void> {
    const worktree = await enteredWorktree(desired, this.#finder);
    if (worktree && !this.#pins.has(worktree.path))
      this.#pins.set(worktree.path, "started");
  }

  async #pass({ replan, retryFailed }: Wanted): Promise<void> {
    const desired = this.#desired;
    if (!desired) return;
    if (replan) {
      this.#plan = await makePlan(
        desired,
        this.#finder,
        this.#pins,
        (worktree) => this.#instances.state(worktree)?.kind === "running",
      );
      this.#fileOwners.take(this.#plan);
    }
    await this.#instances.apply(this.#plan, retryFailed);
    if (!replan) return;
    this.#worktreeWatcher.watch(
      [...this.#plan.values()].map(({ spec }) => spec.worktree),
      desired.folders.map((folder) => folder.path),
    );
    await this.#fileOwners.findSiblings();
    // What was pushed before its worktree was known finds its owner now.
    this.#copy.attribute();
    this.#shareSoon();
  }

  #every(milliseconds: number, action: (instance: Instance) => void): void {
    const timer = setInterval(() => {
      this.#instances.running().forEach(action);
    }, milliseconds);
    this.#lifetime.defer(() => {
      clearInterval(timer);
    });
  }

  /** Many changes of one moment are told once. */
  #tell(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    setImmediate(() => {
      this.#isTelling = false;
      this.editor.onDidChangeInstances(this.#instances.views(this.#pins));
    });
  }
}
