// One window: what it wants, what it shows, and what it lets agents do. Brings the instances to what it wants, by what git has
// said of its folders. Once its connection has ended, what it wanted and showed stays for a while: at a reload it comes back.
import { setMaxListeners } from "node:events";
import { Lifetime } from "../../core/lifetime";
import type { Log } from "../../core/log";
import type { RecordWatcher } from "../../core/registry/recordWatcher";
import type { RegistryFiles } from "../../core/registry/registryFiles";
import type { BackendChoice } from "../backendContract";
import type {
  DesiredState,
  EditorApi,
  HostApi,
  WindowOptions,
} from "../contract";
import type { EditorState, FileDiagnostics } from "../editorStateContract";
import type { InstanceWindow } from "../instance/instanceContext";
import { WindowView } from "../view/windowView";
import type { InstanceSet } from "./instanceSet";
import { MachineRequests } from "./machineRequests";
import { stoppedBeside } from "./stoppedInstances";
import type { MachineWatch } from "./machineWatch";
import { checkPagesBeside } from "./pageCheck";
import type { WindowAccess } from "./windowAccess";
import { WindowChoices } from "./windowChoices";
import { WindowNews } from "./windowNews";
import { WindowPlan } from "./windowPlan";

/** What a window shares with the other windows of its host. */
export interface HostParts {
  readonly instances: InstanceSet;
  readonly records: RecordWatcher;
  readonly machine: MachineWatch;
  /** All windows, also this one and those that are gone. */
  readonly windows: () => readonly AttachedWindow[];
  readonly onDidEnd: (window: AttachedWindow) => void;
  /** A window wants something else. */
  readonly onDidPlan: () => void;
  readonly log: Log;
}

export class AttachedWindow
  implements
    Omit<HostApi, keyof MachineRequests | keyof WindowChoices>,
    InstanceWindow
{
  readonly #lifetime = new Lifetime();
  readonly #gone = new AbortController();
  readonly view: WindowView;
  /** What it wants. */
  readonly plan: WindowPlan;
  /** What its user starts and stops. */
  readonly choices: WindowChoices;
  /** What its user asks of instances of the whole machine. */
  readonly requests: MachineRequests;
  readonly #addressesKept: Promise<unknown>;
  readonly #news: WindowNews;
  #active: string | null = null;
  /** When each worktree was last turned to, or away from. */
  readonly #usedAt = new Map<string, number>();
  #focusedAt: number;
  #grace: NodeJS.Timeout | undefined;

  constructor(
    private readonly options: WindowOptions,
    private readonly access: WindowAccess,
    private readonly host: HostParts,
  ) {
    setMaxListeners(0, this.#gone.signal);
    this.#focusedAt = options.focusedAt;
    this.#news = new WindowNews(access.editor);
    this.view = this.#lifetime.own(
      new WindowView(() => {
        for (const worktree of this.plan.worktrees)
          host.instances.get(this, worktree)?.shareViewOf(this);
      }),
    );
    this.plan = new WindowPlan(
      options,
      {
        onDidPlan: (plan, retryFailed) => {
          if (this.#lifetime.isEnded) return;
          host.instances.apply(this, plan, retryFailed);
          this.assignOwners();
          host.onDidPlan();
        },
        onDidLearn: (known) => {
          if (!this.gone.aborted) this.editor.onDidLearnWorktrees(known);
        },
        onDidListSiblings: () => {
          this.notifyOfMachine();
        },
        isRunning: (worktree) =>
          host.instances.get(this, worktree) !== undefined,
      },
      host.log,
    );
    this.choices = new WindowChoices(this, host);
    this.requests = new MachineRequests(
      {
        workspace: () => this.workspace,
        stopped: () => stoppedBeside(this, host.windows(), host.instances),
        windowsOf: (worktree) =>
          host
            .windows()
            .filter(
              ({ gone, plan }) => !gone.aborted && plan.worktrees.has(worktree),
            ),
        siblings: () => this.plan.known.siblings,
        hasOpen: (worktree) => this.plan.worktrees.has(worktree),
        mentionsOf: (worktree) => host.instances.get(this, worktree)?.mentions,
        stop: (worktree) => this.choices.stopInAll(worktree),
      },
      host,
      access,
    );
    // A host that hung has marked nothing as served, and yet held every port until it was ended.
    this.#addressesKept = access.files.addresses.touchLatest(options.served);
  }

  get editor(): EditorApi {
    return this.access.editor;
  }

  get files(): RegistryFiles {
    return this.access.files;
  }

  get environment(): Readonly<Record<string, string>> {
    return this.options.environment;
  }

  get backendChoices(): readonly BackendChoice[] {
    return this.options.backends;
  }

  get parentPid(): number {
    return this.options.parentPid;
  }

  get focusedAt(): number {
    return this.#focusedAt;
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** URI of what it has open; null: nothing, or it has not said so yet. */
  get workspace(): string | null {
    return this.plan.desired?.window.workspace ?? null;
  }

  unservedWorktreeOf(file: string): string | null {
    return this.plan.known.innerWorktreeOf(file, this.view.ownerOf(file));
  }

  isActive(worktree: string): boolean {
    return this.#active === worktree;
  }

  /** See WindowChoices. */
  usedAt(worktree: string): number {
    const at = this.#usedAt.get(worktree) ?? 0;
    return this.isActive(worktree) ? Math.max(at, this.focusedAt) : at;
  }

  async reconcile(desired: DesiredState): Promise<void> {
    await this.#addressesKept;
    const isFirst = this.plan.desired === undefined;
    if (isFirst) this.#inheritPins(desired.window.workspace);
    const { isTrusted, settings } = desired;
    this.view.setWindow(
      { isTrusted, isShared: settings.shareSelection },
      settings.selectionDebounce,
    );
    await this.plan.change(desired);
    await this.settled();
    if (!isFirst) return;
    checkPagesBeside(this, this.host.windows(), this.host.log);
    await this.host.records.sweep();
  }

  setActive(worktree: string | null): void {
    for (const each of [this.#active, worktree])
      if (each !== null) this.#usedAt.set(each, Date.now());
    this.#active = worktree;
    this.host.onDidPlan();
  }

  noteFocus(at: number): void {
    this.#focusedAt = at;
    this.host.instances.refresh(this);
  }

  pushState(state: Partial<EditorState>): void {
    this.view.pushState(state);
  }

  pushDiagnostics(changed: readonly FileDiagnostics[]): void {
    this.view.pushDiagnostics(changed);
  }

  pushEditedDiff(id: string, contents: string): void {
    for (const { editor } of this.host.instances.running())
      editor.noteEdited(id, contents);
  }

  forgetSelections(): void {
    this.view.forgetSelections();
  }

  /** To be called when other windows or hosts serve other worktrees. */
  assignOwners(): void {
    const { instances, records } = this.host;
    const others = records.others.map(({ worktree }) => worktree);
    this.view.setOwners(this.plan.owners, [...others, ...instances.wanted]);
  }

  /** Tells the window what has changed. */
  notify(): void {
    // Until it knows, and once it is gone, nothing is news.
    if (!this.plan.isInformed || this.gone.aborted) return;
    const { instances } = this.host;
    this.#news.tellInstances(instances.viewsFor(this, this.plan.pins));
  }

  /** The same of the whole machine. */
  notifyOfMachine(): void {
    if (!this.plan.isInformed || this.gone.aborted) return;
    this.#news.tellMachine(this.requests.view);
  }

  /** Its connection has ended. Instances that no other window runs go on for as long as its settings say. */
  detach(): void {
    if (this.gone.aborted) return;
    this.#gone.abort();
    this.cancelGit();
    this.host.instances.refresh(this);
    this.#grace = setTimeout(() => {
      this.end();
    }, this.plan.desired?.settings.reloadGrace ?? 0);
  }

  /** Ends its connection: it comes back if somebody is there. */
  disconnect(): void {
    this.access.disconnect();
  }

  /** Ends every git that runs for it. */
  cancelGit(): void {
    void this.plan.end();
  }

  /** Nothing of it is kept any more. */
  end(): void {
    clearTimeout(this.#grace);
    this.#gone.abort();
    void this.#lifetime.dispose();
    this.host.instances.apply(this, new Map(), false);
    this.host.onDidEnd(this);
  }

  /** The same workspace was open before a reload, or is open in another window. */
  #inheritPins(workspace: string | null): void {
    if (workspace === null) return;
    for (const window of this.host.windows())
      if (window !== this && window.workspace === workspace)
        this.plan.inherit(window.plan.pins);
  }

  /** Whoever asked for a change sees it before the answer. */
  async settled(worktree?: string): Promise<void> {
    await this.host.instances.settled(worktree);
    this.notify();
  }
}
