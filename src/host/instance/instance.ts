// One instance: a worktree's endpoint, its discovery files and its connected agents.
// Acquired in the order port, record, lock file; released in reverse.
import { randomUUID } from "node:crypto";
import { messageOf, outsideWorktree } from "../../core/errors";
import { Lifetime } from "../../core/lifetime";
import { type Log, prefixed } from "../../core/log";
import { worktreeWithin } from "../../core/messages";
import { readClientPath } from "../../core/system/paths";
import { distinctName } from "../../core/worktrees/names";
import { ClientDiffs } from "../clients/clientDiffs";
import { ClientSet } from "../clients/clientSet";
import { Mentions } from "../clients/mentions";
import type { EditorApi, InstanceState, WorkspaceFolder } from "../contract";
import { controlRoutes } from "../endpoint/controlApi";
import { freshToken } from "../../core/registry/keptAddresses";
import type { Endpoint, EndpointRoutes } from "../endpoint/endpoint";
import { protocols } from "../protocols/protocols";
import type { DiagnosticsView, EditorView } from "../view/editorView";
import { callerContext } from "./callerContext";
import { choosePort } from "./choosePort";
import { controlActions, type ControlledInstance } from "./controlActions";
import { HandOver } from "./handOver";
import type {
  InstanceContext,
  InstanceEvents,
  InstanceSpec,
} from "./instanceContext";
import { PublishedFiles } from "./publishedFiles";

export class Instance implements ControlledInstance {
  readonly instanceId = randomUUID();
  readonly createdAt = Date.now();
  readonly clients: ClientSet;
  readonly mentions: Mentions;
  readonly handOver: HandOver;
  readonly #controlToken = freshToken();
  readonly #lifetime = new Lifetime();
  readonly #log: Log;
  #endpoint: Endpoint | undefined;
  #published: PublishedFiles | undefined;
  #name: string;
  #warning: string | null = null;

  private constructor(
    private spec: InstanceSpec,
    private readonly context: InstanceContext,
    private readonly events: InstanceEvents,
  ) {
    this.#name = spec.name;
    this.#log = prefixed(context.log, () => this.name);
    context.instanceIds.add(this.instanceId);
    this.handOver = new HandOver(context.window.editor);
    this.clients = new ClientSet(this.#log, () => {
      events.onDidChange();
    });
    this.mentions = this.#lifetime.own(new Mentions(this.clients, this));
  }

  /** Binds the port and publishes the files. Throws a UserError after releasing everything again. */
  static async start(
    spec: InstanceSpec,
    context: InstanceContext,
    events: InstanceEvents,
    signal: AbortSignal,
  ): Promise<Instance> {
    const instance = new Instance(spec, context, events);
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
    return this.#endpoint?.address.port ?? 0;
  }

  get worktree(): string {
    return this.spec.worktree.path;
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
      clients: this.clients.views,
      warning: this.#warning,
    };
  }

  get isActive(): boolean {
    return this.context.window.isActive(this.worktree);
  }

  /** Real paths: the worktree, and the workspace folders inside it. */
  get folders(): readonly WorkspaceFolder[] {
    return this.spec.folders;
  }

  get editor(): EditorApi {
    return this.context.window.editor;
  }

  /** What its agents may see. */
  get view(): EditorView {
    return this.context.window.viewOf(this.worktree);
  }

  get diagnostics(): DiagnosticsView {
    return this.context.window.diagnosticsOf(this.worktree);
  }

  /** The real path of a client path. Throws a UserError if the instance does not serve it. */
  resolve(sent: string): string {
    const isOpen = (file: string): boolean =>
      this.context.window.isOpenTo(this.worktree, file);
    const file = readClientPath(sent, this.worktree, isOpen);
    if (!isOpen(file)) throw outsideWorktree(file, this.worktree);
    return file;
  }

  /** What a diff of the file is called after. */
  nameFor(file: string): string {
    const unserved = this.context.window.unservedWorktreeOf(file);
    return unserved === null ? this.name : worktreeWithin(unserved, this.name);
  }

  /** Applies a new spec; rewrites the files if they differ or could not be written before. */
  async update(spec: InstanceSpec): Promise<void> {
    this.spec = spec;
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
    await this.update(this.spec);
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

  /**
   * Withdraws the files but keeps serving; resolves once a successor has asked for the port. The caller stops the
   * instance then, or after its own timeout.
   */
  async awaitSuccessor(): Promise<void> {
    await this.withdrawFiles();
    await this.handOver.awaitSuccessor();
  }

  /** Graceful shutdown: withdraws the files, says goodbye to the agents and frees the port. Idempotent. */
  stop(): Promise<void> {
    return this.#lifetime.dispose();
  }

  async #acquire(signal: AbortSignal): Promise<void> {
    const { files, peers } = this.context;
    const { settings, window } = this.spec;
    await files.ensureHome();
    const endpoint = await choosePort(
      {
        worktree: this.worktree,
        range: settings.portRange,
        controlToken: this.#controlToken,
        kept: await files.addresses.of(this.worktree),
        forget: (port) => files.addresses.forget(this.worktree, port),
        workspace: window.workspace,
        holderOf: (port) => peers.holderOf(port),
        foreignPorts: await files.lockFiles.foreignPorts(),
        signal,
      },
      this.#routes(),
    );
    this.#endpoint = endpoint;
    this.#lifetime.defer(() => endpoint.close());
    this.#lifetime.defer(() => this.clients.close());
    // Before anybody is told: an agent that reconnects at once must find nobody, or the successor.
    this.#lifetime.defer(() => {
      endpoint.stopAccepting();
    });
    this.#lifetime.defer(() => this.touchAddress());
    const { address } = endpoint;
    const { instanceId, createdAt } = this;
    this.#published = this.#lifetime.own(
      new PublishedFiles(
        { instanceId, createdAt, worktree: this.worktree, ...address },
        this.context.process,
        files,
        this.#log,
      ),
    );
    await this.#publish();
    this.#log.info(`Serves ${this.worktree} on port ${this.port}`);
    this.#lifetime.defer(() => {
      this.#log.info(`Stops serving ${this.worktree}`);
    });
  }

  #routes(): EndpointRoutes {
    const { editor } = this;
    const admit = () => this.clients.admit(this.spec.settings.maxClients);
    const routes = protocols.map((protocol) =>
      protocol({
        version: this.context.process.version,
        log: this.#log,
        context: (client) => callerContext(this, client),
        newDiffs: () => new ClientDiffs(editor),
        admit,
        onDidConnect: (client) => {
          this.clients.add(client);
        },
        onDidBecomeReady: (client) => {
          client.share(this.view);
          this.mentions.noteReadyClient();
          this.events.onDidChange();
        },
        onDidDisconnect: (client) => {
          this.clients.remove(client);
        },
      }),
    );
    const control = controlActions(this, this.context.process.pid, this.events);
    return {
      http: new Map([
        ...controlRoutes(control, this.#controlToken),
        ...routes.flatMap(({ http = [] }) => [...http]),
      ]),
      webSocket: new Map(
        routes.flatMap(({ webSocket = [] }) => [...webSocket]),
      ),
      admit,
      onDidFail: () => {
        this.events.onDidFail();
      },
      log: this.#log,
    };
  }

  async #publish(): Promise<void> {
    const name = this.#distinctName();
    if (name !== this.#name) {
      this.#name = name;
      this.events.onDidRename();
    }
    this.#warn((await this.#published?.publish(this.name, this.spec)) ?? null);
  }

  #distinctName(): string {
    const { spec, worktree, port } = this;
    return distinctName(
      { name: spec.name, worktree, port },
      this.context.peers.olderThan(this),
    );
  }

  #warn(warning: string | null): void {
    if (warning !== null && warning !== this.#warning) this.#log.warn(warning);
    this.#warning = warning;
  }
}
