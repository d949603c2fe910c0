// One instance: a worktree's endpoint, its discovery files and its connected agents.
// Acquired in the order port, record, lock file; released in reverse.
import { randomUUID } from "node:crypto";
import { messageOf, outsideWorktree } from "../../core/errors";
import { Lifetime } from "../../core/lifetime";
import { type Log, prefixed } from "../../core/log";
import { readClientPath } from "../../core/system/paths";
import { distinctName } from "../../core/worktrees/names";
import { agentName } from "../clients/client";
import { ClientDiffs } from "../clients/clientDiffs";
import { ClientSet } from "../clients/clientSet";
import { Mentions } from "../clients/mentions";
import type { InstanceState } from "../contract";
import { controlRoutes } from "../endpoint/controlApi";
import type { Endpoint, EndpointRoutes } from "../endpoint/endpoint";
import { protocols } from "../protocols/protocols";
import type { EditorView } from "../view/editorCopy";
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
  /** Never before the host's start, even if the clock stepped back: it would count as left over. */
  readonly createdAt: number;
  readonly clients: ClientSet;
  readonly mentions: Mentions;
  readonly handOver: HandOver;
  readonly #lifetime = new Lifetime();
  readonly #log: Log;
  #endpoint: Endpoint | undefined;
  #published: PublishedFiles | undefined;
  #warning: string | null = null;

  private constructor(
    private spec: InstanceSpec,
    private readonly context: InstanceContext,
    private readonly events: InstanceEvents,
  ) {
    this.#log = prefixed(context.log, () => this.name);
    this.createdAt = Math.max(Date.now(), context.process.startedAt);
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
  ): Promise<Instance> {
    const instance = new Instance(spec, context, events);
    try {
      await instance.#acquire();
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

  get name(): string {
    const { spec, worktree, port } = this;
    return distinctName(
      { name: spec.name, worktree, port },
      this.context.peers.olderThan(this),
    );
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

  /** What its agents may see. */
  get view(): EditorView {
    return this.context.window.viewOf(this.worktree);
  }

  /** The real path of a client path. Throws a UserError if the instance does not serve it. */
  resolve(sent: string): string {
    const file = readClientPath(sent, this.worktree);
    if (!this.context.window.isOpenTo(this.worktree, file))
      throw outsideWorktree(file, this.worktree);
    return file;
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

  /** Whether another program has removed one of its files; the next update() rewrites it. */
  hasLostFiles(): Promise<boolean> | undefined {
    return this.#published?.hasLostFiles();
  }

  /** Marks the kept address as still served. */
  async touchAddress(): Promise<void> {
    await this.context.files.addresses
      .touch(this.worktree, this.port)
      .catch((error: unknown) => {
        this.#log.debug(`Kept address not refreshed: ${messageOf(error)}`);
      });
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

  async #acquire(): Promise<void> {
    const { files, peers } = this.context;
    const { settings, window } = this.spec;
    await files.ensureHome();
    const endpoint = await choosePort(
      {
        worktree: this.worktree,
        range: settings.portRange,
        kept: await files.addresses.of(this.worktree),
        workspace: window?.workspace ?? null,
        holderOf: (port) => peers.holderOf(port),
        discoveryFiles: [files.lockFiles, ...files.companionFiles],
      },
      this.#routes(),
    );
    this.#endpoint = endpoint;
    this.#lifetime.defer(() => endpoint.close());
    this.#lifetime.defer(() => this.clients.close());
    this.#lifetime.defer(() => this.touchAddress());
    const { address } = endpoint;
    const { instanceId, createdAt } = this;
    this.#published = this.#lifetime.own(
      new PublishedFiles(
        { instanceId, createdAt, ...address },
        this.context.process,
        files,
        this.#log,
      ),
    );
    await Promise.all([
      this.#publish(),
      files.addresses.keep(this.worktree, address).catch((error: unknown) => {
        this.#log.warn(`The port will not be kept: ${messageOf(error)}`);
      }),
    ]);
    this.#log.info(`Serves ${this.worktree} on port ${this.port}`);
    this.#lifetime.defer(() => {
      this.#log.info(`Stops serving ${this.worktree}`);
    });
  }

  #routes(): EndpointRoutes {
    const { editor } = this.context.window;
    const admit = () => this.clients.admit(this.spec.settings.maxClients);
    const routes = protocols.map((protocol) =>
      protocol({
        version: this.context.process.version,
        log: this.#log,
        context: (client) => ({
          worktree: this.worktree,
          agent: agentName(client.view),
          instance: this.name,
          diffs: client.diffs,
          folders: this.spec.folders,
          view: this.view,
          editor,
          resolve: (sent) => this.resolve(sent),
        }),
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
        ...controlRoutes(control),
        ...routes.flatMap(({ http = [] }) => [...http]),
      ]),
      webSocket: new Map(
        routes.flatMap(({ webSocket = [] }) => [...webSocket]),
      ),
      admit,
    };
  }

  async #publish(): Promise<void> {
    this.#warn((await this.#published?.publish(this.name, this.spec)) ?? null);
  }

  #warn(warning: string | null): void {
    if (warning !== null && warning !== this.#warning) this.#log.warn(warning);
    this.#warning = warning;
  }
}
