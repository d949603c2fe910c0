// One instance: the endpoint of one worktree, its discovery files, and the agents that are connected to it.
// Acquired in the order port, record, lock file, and released the other way round.
import { randomUUID } from "node:crypto";
import { messageOf, outsideWorktree } from "../../core/errors";
import { Lifetime } from "../../core/lifetime";
import { type Log, prefixed } from "../../core/log";
import { distinctName } from "../../core/worktrees/names";
import { readClientPath } from "../../core/system/paths";
import { agentName, type Client } from "../clients/client";
import { ClientDiffs } from "../clients/clientDiffs";
import type { InstanceState } from "../contract";
import { PublishedFiles } from "./publishedFiles";
import { Mentions } from "../clients/mentions";
import type { EditorView } from "../view/editorCopy";
import { controlRoutes } from "../endpoint/controlApi";
import type { Endpoint, EndpointRoutes } from "../endpoint/endpoint";
import { choosePort } from "./choosePort";
import { admit } from "../clients/clientLimit";
import { protocols } from "../protocols/protocols";
import type {
  InstanceEvents,
  InstanceSpec,
  InstanceContext,
} from "./instanceContext";
import { isWindowAlive } from "./handOver";

export class Instance {
  readonly instanceId = randomUUID();
  /** Never before the host, also where the clock has stepped back: it would count as left over from an earlier one. */
  readonly createdAt: number;
  readonly #clients = new Set<Client>();
  readonly #lifetime = new Lifetime();
  readonly #log: Log;
  readonly mentions = this.#lifetime.own(
    new Mentions(() => ({
      ...this.#identity,
      clients: this.#clients,
      resolve: (sent) => this.#resolve(sent),
      view: this.#view,
    })),
  );
  #endpoint: Endpoint | undefined;
  #discovery: PublishedFiles | undefined;
  /** Set while this window is going away. */
  #handOver: (() => void) | undefined;
  #warning: string | null = null;

  private constructor(
    private spec: InstanceSpec,
    private readonly around: InstanceContext,
    private readonly events: InstanceEvents,
  ) {
    this.#log = prefixed(around.log, () => this.name);
    this.createdAt = Math.max(Date.now(), around.startedAt);
  }

  /** Binds the port and publishes the files. Throws a UserError, with everything released again. */
  static async start(
    spec: InstanceSpec,
    around: InstanceContext,
    events: InstanceEvents,
  ): Promise<Instance> {
    const instance = new Instance(spec, around, events);
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

  get name(): string {
    const { name, worktree } = this.spec;
    return distinctName(
      { name, worktree: worktree.path, port: this.port },
      this.around.neighbours.before(this),
    );
  }

  get #identity() {
    const { instanceId, name, spec } = this;
    return { instanceId, name, worktree: spec.worktree.path };
  }

  get state(): Extract<InstanceState, { kind: "running" }> {
    return {
      kind: "running",
      instanceId: this.instanceId,
      port: this.port,
      clients: [...this.#clients].map(({ view }) => view),
      warning: this.#warning,
    };
  }

  /** Takes over new facts and writes the files again where these differ, or could not be written before. */
  async update(spec: InstanceSpec): Promise<void> {
    this.spec = spec;
    try {
      await this.#publish();
    } catch (error) {
      // Its agents are served all the same; the next pass tries again.
      this.#warn(messageOf(error));
    }
  }

  /** Tells every agent what the user looks at. */
  share(): void {
    for (const client of this.#clients) client.share(this.#view);
  }

  /** Whether somebody has removed a file by which it is found; the next update() writes it again. */
  lostFiles(): Promise<boolean> | undefined {
    return this.#discovery?.lostFiles();
  }

  checkClients(): void {
    for (const client of this.#clients) client.checkAlive();
  }

  /** Notes that the port is still served; see KeptAddresses. */
  async noteSeen(): Promise<void> {
    await this.around.addresses
      .seen(this.spec.worktree.path, this.port)
      .catch((error: unknown) => {
        this.#log.debug(`Kept address not refreshed: ${messageOf(error)}`);
      });
  }

  /**
   * Takes the files away and goes on serving; resolves when a successor has asked for the port. The caller stops it
   * then, or when it has waited long enough.
   */
  async leave(): Promise<void> {
    await this.#discovery?.dispose();
    await new Promise<void>((resolve) => {
      this.#handOver = resolve;
    });
  }

  /** Takes the files away, says goodbye to the agents and frees the port. May be called twice. */
  stop(): Promise<void> {
    return this.#lifetime.dispose();
  }

  async #acquire(): Promise<void> {
    const { lockFiles, companionFiles, addresses, neighbours } = this.around;
    const { worktree, window, settings } = this.spec;
    await this.around.ensureHome();
    const endpoint = await choosePort(
      {
        worktree: worktree.path,
        range: settings.portRange,
        kept: await addresses.of(worktree.path),
        workspace: window?.workspace ?? null,
        holderOf: (port) =>
          neighbours.all().find((record) => record.port === port),
        discoveryFiles: [lockFiles, ...companionFiles],
      },
      this.#routes(),
    );
    const { address } = endpoint;
    this.#endpoint = endpoint;
    this.#lifetime.defer(() => endpoint.close());
    this.#lifetime.defer(() =>
      Promise.all([...this.#clients].map((client) => client.close())),
    );
    this.#lifetime.defer(() => this.noteSeen());
    this.#discovery = this.#lifetime.own(
      new PublishedFiles(this.around, this.instanceId, this.createdAt, address),
    );
    const kept = addresses.keep(worktree.path, address);
    await Promise.all([
      this.#publish(),
      kept.catch((error: unknown) => {
        this.#log.warn(`The port will not be kept: ${messageOf(error)}`);
      }),
    ]);
    this.#log.info(`Serves ${worktree.path} on port ${this.port}`);
    this.#lifetime.defer(() => {
      this.#log.info(`Stops serving ${worktree.path}`);
    });
  }

  #routes(): EndpointRoutes {
    const admitOne = () => admit(this.#clients, this.spec.settings.maxClients);
    const routes = protocols.map((protocol) =>
      protocol({
        version: this.around.options.version,
        log: this.#log,
        context: (client) => ({
          worktree: this.spec.worktree.path,
          agent: agentName(client.view),
          instance: this.name,
          diffs: client.diffs,
          folders: this.spec.folders,
          view: this.#view,
          editor: this.around.editor,
          resolve: (sent) => this.#resolve(sent),
        }),
        newDiffs: () => new ClientDiffs(this.around.editor),
        admit: admitOne,
        onDidConnect: (client) => {
          this.#clients.add(client);
          this.#log.info(`Agent connected (${this.#clients.size} now)`);
          this.events.onDidChange();
        },
        onDidIntroduce: (client) => {
          client.share(this.#view);
          this.mentions.noteIntroduction();
          this.events.onDidChange();
        },
        onDidDisconnect: (client) => {
          this.#clients.delete(client);
          client.diffs.closeAll().catch((error: unknown) => {
            this.#log.error(`Diffs were left open: ${messageOf(error)}`);
          });
          this.#log.info(`Agent disconnected (${this.#clients.size} now)`);
          this.events.onDidChange();
        },
      }),
    );
    return {
      http: new Map([
        ...this.#controlRoutes(),
        ...routes.flatMap(({ http = [] }) => [...http]),
      ]),
      webSocket: new Map(
        routes.flatMap(({ webSocket = [] }) => [...webSocket]),
      ),
      admit: admitOne,
    };
  }

  #controlRoutes(): EndpointRoutes["http"] {
    return controlRoutes({
      health: () => ({
        ...this.#identity,
        pid: this.around.options.pid,
        port: this.port,
        clients: this.#clients.size,
        active: this.around.isActive(this.spec.worktree.path),
      }),
      describe: () => ({
        ...this.#identity,
        state: this.state.kind,
        warning: this.#warning,
        clients: [...this.state.clients],
        backends: [],
      }),
      send: (mention, gaveUp) => this.mentions.send([mention], gaveUp),
      stop: () => this.#stopSoon(),
      focus: () => {
        this.events.onDidRequestFocus();
      },
      handOver: async () => {
        if (this.#handOver) setImmediate(this.#handOver);
        else if (await isWindowAlive(this.around.editor)) return false;
        else await this.#stopSoon();
        return true;
      },
    });
  }

  async #stopSoon(): Promise<void> {
    await this.#discovery?.dispose();
    // The answer goes out first: stopping cuts the line it travels on.
    setImmediate(() => {
      this.events.onDidRequestStop();
    });
  }

  get #view(): EditorView {
    return this.around.viewOf(this.spec.worktree.path);
  }

  #resolve(sent: string): string {
    const { worktree } = this.#identity;
    const file = readClientPath(sent, worktree);
    if (!this.around.isOpenTo(worktree, file))
      throw outsideWorktree(file, worktree);
    return file;
  }

  async #publish(): Promise<void> {
    const { name, spec } = this;
    this.#warn((await this.#discovery?.publish(name, spec)) ?? null);
  }

  #warn(warning: string | null): void {
    if (warning !== null && warning !== this.#warning) this.#log.warn(warning);
    this.#warning = warning;
  }
}
