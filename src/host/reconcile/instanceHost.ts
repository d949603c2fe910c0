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
import { registryFiles } from "../../core/registry/registryFiles";
import { identifyPlace } from "../../core/system/machine";
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
import type { InstanceContext } from "../instance/instanceContext";
import { WindowView } from "../view/windowView";
import { InstanceSet } from "./instanceSet";
import { LiveInstances } from "./liveInstances";
import {
  askedFolders,
  dropStalePins,
  enteredWorktree,
  makePlan,
  owningWorktrees,
  type Plan,
  plannedWorktrees,
} from "./plan";
import { Maintenance } from "./maintenance";
import { WorktreeRefresh } from "./worktreeRefresh";

export class InstanceHost implements HostApi {
  readonly #lifetime = new Lifetime();
  readonly #pins: Map<string, Pin>;
  readonly #refresh: WorktreeRefresh;
  readonly #view = new WindowView(() => {
    for (const { clients, view } of this.#instances.running())
      clients.share(view);
  });
  readonly #instances: InstanceSet;
  readonly #machineInstances: MachineInstances;
  readonly #pendingSends: PendingSends;
  #desired: DesiredState | undefined;
  #plan: Plan = new Map();
  #active: string | null = null;
  #notifying: NodeJS.Immediate | undefined;
  /** Git has been asked about every folder: until then a worktree that is missing from the plan may be there. */
  #isInformed = false;
  #isEnding = false;

  private constructor(
    options: HostOptions,
    shared: Pick<InstanceContext, "process" | "files" | "instanceIds" | "log">,
    private readonly editor: EditorApi,
    private readonly records: RecordWatcher,
  ) {
    const { files, log } = shared;
    this.#pins = new Map(options.pins);
    this.#refresh = this.#lifetime.own(
      new WorktreeRefresh(
        {
          folders: () =>
            this.#desired ? askedFolders(this.#desired, this.#pins) : [],
          worktrees: () => plannedWorktrees(this.#plan),
          onDidRefresh: () => {
            dropStalePins(this.#pins, this.#refresh.known);
            this.#isInformed = this.#desired !== undefined;
            this.#apply();
          },
        },
        log,
      ),
    );
    this.#machineInstances = new MachineInstances(files);
    this.#instances = new InstanceSet(
      {
        ...shared,
        peers: new LiveInstances(records, () => this.#instances.running()),
        window: {
          editor,
          viewOf: (worktree) => this.#view.viewOf(worktree),
          diagnosticsOf: (worktree) => this.#view.diagnosticsOf(worktree),
          isOpenTo: (worktree, file) => this.#view.isOpenTo(worktree, file),
          unservedWorktreeOf: (file) =>
            this.#refresh.known.innerWorktreeOf(file, this.#view.ownerOf(file)),
          isActive: (worktree) => this.#active === worktree,
        },
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
    const { pid, parentPid, version } = options;
    const [place, processStart = ""] = await Promise.all([
      identifyPlace(),
      identifyProcess(pid),
    ]);
    const files = registryFiles(options, place);
    const instanceIds = new Set<string>();
    const records = await RecordWatcher.start({
      files,
      log,
      self: { pid, processStart, instanceIds },
    });
    const process = { pid, processStart, place, parentPid, version };
    return new InstanceHost(
      options,
      { process, files, instanceIds, log },
      editor,
      records,
    );
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
      this.#refresh.request();
    await this.#refresh.idle();
    if (await this.#pinEnteredWorktree(desired)) this.#apply();
    await this.#settled();
    if (before === undefined) await this.records.sweep();
  }

  async start(folder: string): Promise<Outcome<string>> {
    const known = this.#refresh.known.get(folder);
    const worktree = known ?? (await this.#refresh.known.find(folder));
    if (worktree === undefined) return failed(notAFolder(folder));
    const { path } = worktree;
    this.#pins.set(path, "started");
    this.#apply({ retryFailed: true });
    await this.#settled(path);
    // Its repository may have worktrees that nobody has asked for yet.
    if (!known) this.#refresh.requestSiblings();
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
      this.#refresh.known.siblings,
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
    await this.#refresh.dispose();
    if (linger > 0) await this.#instances.lingerAll(linger);
    await this.#lifetime.dispose();
  }

  /** With autoStart "activeEditor", pins the active file's worktree as started when it is entered. */
  async #pinEnteredWorktree(desired: DesiredState): Promise<boolean> {
    const worktree = await enteredWorktree(desired, this.#refresh.known);
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
      this.#refresh.known,
      this.#pins,
      (worktree) => this.#instances.get(worktree) !== undefined,
    );
    this.#view.setOwners(
      owningWorktrees(this.#plan),
      this.records.others.map(({ worktree }) => worktree),
    );
    this.#refresh.watch();
    this.#instances.apply(this.#plan, retryFailed);
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
    // The end of the whole host is no news about an instance.
    if (!this.#isInformed || this.#isEnding) return;
    this.editor.onDidChangeInstances(this.#instances.views(this.#pins));
  }
}
