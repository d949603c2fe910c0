// One instance: a worktree's endpoint, its discovery files and its connected agents.
// Acquired in the order port, record, lock file; released in reverse.
import { randomUUID } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { messageOf } from "../../core/errors";
import { outsideWorktree } from "../../core/pathErrors";
import { Lifetime } from "../../core/lifetime";
import { type Log, prefixed } from "../../core/log";
import { worktreeWithin } from "../../core/messages/git";
import type { InstanceRecord } from "../../core/registry/formats";
import { readClientPath } from "../../core/system/paths";
import { distinctName } from "../../core/worktrees/names";
import { ClientSet } from "../clients/clientSet";
import { Mentions } from "../clients/mentions";
import type { InstanceState, WorkspaceFolder } from "../contract";
import type { MachineInstance } from "../machineContract";
import { freshToken } from "../../core/system/freshToken";
import type { DiagnosticsView, EditorView } from "../view/editorView";
import { choosePort } from "./choosePort";
import type {
  InstanceContext,
  InstanceEvents,
  InstanceSpec,
  InstanceWindow,
} from "./instanceContext";
import {
  type InstanceIdentity,
  instanceRecord,
  machineInstance,
} from "./instanceRecord";
import type { InstanceWindows } from "./instanceWindows";
import { instanceRoutes, type RoutedInstance } from "./instanceRoutes";
import { LeadEditor } from "./leadEditor";
import { PublishedFiles } from "./publishedFiles";

export class Instance implements RoutedInstance {
  readonly instanceId = randomUUID();
  readonly createdAt = Date.now();
  readonly clients: ClientSet;
  readonly mentions: Mentions;
  readonly editor: LeadEditor;
  readonly #controlToken = freshToken();
  readonly #lifetime = new Lifetime();
  readonly #log: Log;
  #identity: InstanceIdentity | undefined;
  #published: PublishedFiles | undefined;
  #name: string;
  #warning: string | null = null;

  private constructor(
    private readonly windows: InstanceWindows,
    private readonly context: InstanceContext,
    private readonly events: InstanceEvents,
  ) {
    this.#name = this.#spec.name;
    this.#log = prefixed(context.log, () => this.name);
    context.instanceIds.add(this.instanceId);
    this.editor = new LeadEditor(windows, () => {
      events.onDidChange();
      // The record says how many wait.
      void this.update();
    });
    this.clients = new ClientSet(this.#log, () => {
      events.onDidChange();
    });
    this.mentions = this.#lifetime.own(new Mentions(this.clients, this));
  }

  /** Binds the port and publishes the files. Throws a UserError after releasing everything again. */
  static async start(
    windows: InstanceWindows,
    context: InstanceContext,
    events: InstanceEvents,
    signal: AbortSignal,
  ): Promise<Instance> {
    const instance = new Instance(windows, context, events);
    try {
      await instance.#acquire(signal);
      signal.throwIfAborted();
    } catch (error) {
      await instance.stop();
      throw error;
    }
    return instance;
  }

  get port(): number {
    return this.#identity?.port ?? 0;
  }

  get worktree(): string {
    return this.#spec.worktree.path;
  }

  /** As last published. */
  get name(): string {
    return this.#name;
  }

  /** Whether older instances have come, gone or changed names since, so that it must be called something else. */
  get isMisnamed(): boolean {
    return this.#name !== this.#distinctName();
  }

  get state(): Extract<InstanceState, { kind: "running" }> {
    return {
      kind: "running",
      instanceId: this.instanceId,
      port: this.port,
      pid: this.context.process.pid,
      clients: this.clients.views,
      warning: this.#warning,
    };
  }

  /** As every window of the machine is told of it. */
  get listed(): MachineInstance {
    return machineInstance(this.#record, "live", {
      isActive: this.isActive,
      clients: this.clients.views,
      diffs: this.editor.waiting,
      backends: this.context.backends.of(this.worktree),
    });
  }

  get isActive(): boolean {
    return this.#window.isActive(this.worktree);
  }

  /** Real paths: the worktree, and the workspace folders inside it. */
  get folders(): readonly WorkspaceFolder[] {
    return this.#spec.folders;
  }

  /** What its agents may see. */
  get view(): EditorView {
    return this.#window.view.viewOf(this.worktree);
  }

  get diagnostics(): DiagnosticsView {
    return this.#window.view.diagnosticsOf(this.worktree);
  }

  /** The real path of a client path. Throws a UserError if the instance does not serve it. */
  resolve(sent: string): string {
    const isOpen = (file: string): boolean =>
      this.#window.view.isOpenTo(this.worktree, file);
    const file = readClientPath(sent, this.worktree, isOpen);
    if (!isOpen(file)) throw outsideWorktree(file, this.worktree);
    return file;
  }

  /** What a diff of the file is called after. */
  nameFor(file: string): string {
    const unserved = this.#window.unservedWorktreeOf(file);
    return unserved === null ? this.name : worktreeWithin(unserved, this.name);
  }

  /** What the window shows has changed; the agents see that of the one that leads. */
  shareViewOf(window: InstanceWindow): void {
    if (window === this.#window) this.clients.share(this.view);
  }

  /** To be called when its windows have changed, or what they want. Rewrites the files that have to say something else. */
  async update(): Promise<void> {
    this.clients.share(this.view);
    try {
      await this.#publish();
    } catch (error) {
      // Its agents are still served; the next reconciliation retries.
      this.#warn(messageOf(error));
    }
  }

  /** Writes again what has disappeared, or could not be written before: other programs clean up too. */
  async restoreFiles(): Promise<void> {
    if (!(await this.#published?.isIncomplete())) return;
    await this.context.files.ensureHome().catch(() => undefined);
    await this.update();
  }

  focus(): void {
    this.#window.editor.onDidRequestFocus(this.worktree);
  }

  /** Marks the kept address as still served. */
  async touchAddress(): Promise<void> {
    await this.context.files.addresses
      .touch(this.worktree, this.port)
      .catch((error: unknown) => {
        this.#log.debug(`Kept address not refreshed: ${messageOf(error)}`);
      });
  }

  /** Shows those who cannot see our process, in another container, that the files are in use. */
  async stampFiles(): Promise<void> {
    await this.#published?.stamp();
  }

  async withdrawFiles(): Promise<void> {
    await this.#published?.dispose();
  }

  /** Graceful shutdown: withdraws the files, says goodbye to the agents and frees the port. Idempotent. */
  stop(): Promise<void> {
    return this.#lifetime.dispose();
  }

  get #spec(): InstanceSpec {
    return this.windows.lead.spec;
  }

  get #record(): InstanceRecord {
    if (!this.#identity) throw new Error("The instance has no port yet.");
    return instanceRecord({
      identity: this.#identity,
      process: this.context.process,
      name: this.name,
      windows: this.windows,
      diffs: this.editor.waiting.length,
    });
  }

  get #window(): InstanceWindow {
    return this.windows.lead.window;
  }

  async #acquire(signal: AbortSignal): Promise<void> {
    const { files, peers } = this.context;
    const { settings } = this.#spec;
    await files.ensureHome();
    const endpoint = await choosePort(
      {
        worktree: this.worktree,
        range: settings.portRange,
        controlToken: this.#controlToken,
        kept: await files.addresses.of(this.worktree),
        forget: (port) => files.addresses.forget(this.worktree, port),
        isServed: (port) => peers.isServed(port),
        foreignPorts: await this.#window.files.lockFiles.foreignPorts(),
        signal,
      },
      instanceRoutes(this, {
        process: this.context.process,
        controlToken: this.#controlToken,
        backends: this.context.backends,
        maxClients: () => this.#spec.settings.maxClients,
        events: this.events,
        log: this.#log,
      }),
    );
    this.#lifetime.defer(() => endpoint.close());
    this.#lifetime.defer(() => this.clients.close());
    this.#lifetime.defer(async () => {
      this.windows.dispose();
      // Whoever waits for a window hears that none comes, before the goodbye.
      await nextTurn();
    });
    // Before anybody is told: an agent that reconnects at once must find nobody, or the successor.
    this.#lifetime.defer(() => {
      endpoint.stopAccepting();
    });
    this.#lifetime.defer(() => this.touchAddress());
    const { instanceId, createdAt, worktree } = this;
    const identity = { instanceId, createdAt, worktree, ...endpoint.address };
    this.#identity = identity;
    this.#published = this.#lifetime.own(
      new PublishedFiles(identity, files, this.#log),
    );
    await this.#publish();
    this.#log.info(`Serves ${this.worktree} on port ${this.port}`);
    this.#lifetime.defer(() => {
      this.#log.info(`Stops serving ${this.worktree}`);
    });
  }

  async #publish(): Promise<void> {
    const name = this.#distinctName();
    if (name !== this.#name) {
      this.#name = name;
      this.events.onDidRename();
    }
    this.#warn(
      (await this.#published?.publish(this.#record, this.windows)) ?? null,
    );
  }

  #distinctName(): string {
    const { worktree, port } = this;
    return distinctName(
      { name: this.#spec.name, worktree, port },
      this.context.peers.olderThan(this),
    );
  }

  #warn(warning: string | null): void {
    if (warning !== null && warning !== this.#warning) this.#log.warn(warning);
    this.#warning = warning;
  }
}
