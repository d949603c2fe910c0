// The backends of all worktrees: which of them windows want, which programs hold, and which nobody does any more.
import path from "node:path";
import { notAProjectPath } from "../../core/backendErrors";
import type { BackendDefinition } from "../../core/backends/definition";
import { messageOf } from "../../core/errors";
import { Lifetime } from "../../core/lifetime";
import type { Log } from "../../core/log";
import type { SupervisorRecord } from "../../core/control/supervisorRecord";
import { BackendRecords } from "../../core/registry/backendRecords";
import { KeptAddresses } from "../../core/registry/keptAddresses";
import type { Place } from "../../core/system/machine";
import { RememberedWorktrees } from "../../core/worktrees/rememberedWorktrees";
import type { Worktree } from "../../core/worktrees/worktree";
import type { BackendView } from "../../host/backendContract";
import type { AttachedWindow } from "../../host/reconcile/attachedWindow";
import type { InstanceHost } from "../../host/reconcile/instanceHost";
import { Sessions } from "../sessions/sessions";
import type { Backend } from "./backend";
import { BackendChoices, NO_CHOICE } from "./backendChoices";
import { BackendLogs } from "./backendLogs";
import { BackendSet } from "./backendSet";
import { type Hold, specOf } from "./backendSpec";
import { chooseDefinition, type Offer, offerFor } from "./catalog";
import { DefinitionsFile } from "./definitionsFile";
import { IdleWatch } from "./idleWatch";
import { clearHome } from "./leftovers";
import { MissingWorktrees } from "./missingWorktrees";

export interface BackendHostOptions {
  readonly home: string;
  readonly version: string;
  readonly place: Place;
  /** The process that this one is. */
  readonly supervisor: SupervisorRecord;
  /** Path of guard.sh. */
  readonly guard: string;
  readonly instances: InstanceHost;
  /** isIdle may have changed, or what a window is told of. */
  readonly onDidChange: () => void;
  readonly log: Log;
}

/** Milliseconds between looks for worktrees that are gone, and for backends that nobody uses. */
const LOOK_EVERY = 1_000;

export class BackendHost {
  readonly sessions: Sessions;
  readonly logs: BackendLogs;
  readonly choices = new BackendChoices();
  readonly #lifetime = new Lifetime();
  readonly #set: BackendSet;
  readonly #idleWatch = new IdleWatch((backend) => {
    if (this.#isOpen(backend)) this.choices.setIdle(nameOf(backend));
    void this.#end(backend);
  });
  readonly #file: DefinitionsFile;
  readonly #worktrees = new RememberedWorktrees();
  /** Worktrees that windows had open at the last check. */
  #open: ReadonlySet<string> = new Set();
  /** What windows want there waits. */
  readonly #missing = new MissingWorktrees();

  /** Ends what a supervisor before it has left running; nothing is started before. End it with dispose(). */
  constructor(private readonly options: BackendHostOptions) {
    const { home, version, place, guard, supervisor, log } = options;
    const { pid, processStart, machine, pidNamespace, token } = supervisor;
    const records = new BackendRecords(path.join(home, "backends"));
    this.logs = new BackendLogs(path.join(home, "logs"));
    this.#file = new DefinitionsFile(log);
    this.sessions = this.#lifetime.own(new Sessions(options.onDidChange));
    this.#set = this.#lifetime.own(
      new BackendSet({
        home,
        records,
        supervisor: { pid, processStart, machine, pidNamespace },
        cleared: clearHome(home, records, place, log),
        context: {
          guard,
          directory: records.directory,
          ports: new Set(),
          addresses: new KeptAddresses(path.join(home, "addresses")),
          controlToken: token,
          version,
          log,
        },
        logs: this.logs,
        hold: (backend) => this.#holdOf(backend),
        onDidChange: options.onDidChange,
        log,
      }),
    );
    const timer = setInterval(() => {
      this.#look().catch((error: unknown) => {
        log.warn(`Backends were not looked at: ${messageOf(error)}`);
      });
    }, LOOK_EVERY);
    this.#lifetime.defer(() => {
      clearInterval(timer);
    });
  }

  /** Nothing runs, and nobody waits for one. */
  get isIdle(): boolean {
    return (
      this.sessions.count === 0 &&
      this.all.every(({ state }) => ["stopped", "failed"].includes(state.kind))
    );
  }

  get all(): readonly Backend[] {
    return this.#set.all;
  }

  get(id: string): Backend | undefined {
    return this.#set.get(id);
  }

  /** The one that a window means; it is not started. No git is asked about a worktree that is open. Rejects with a UserError. */
  async find(worktree: string, name: string): Promise<Backend> {
    return this.#choose(
      this.#planned.find(({ path }) => path === worktree) ??
        (await this.#detect(worktree)),
      name,
    );
  }

  /** For a program: also if somebody has stopped it. Rejects with a UserError. */
  async findAgain(
    projectPath: string,
    name: string | undefined,
  ): Promise<Backend> {
    if (!path.isAbsolute(projectPath)) throw notAProjectPath(projectPath);
    const worktree = await this.#detect(projectPath);
    const backend = await this.#choose(worktree, name);
    this.choices.resume(nameOf(backend));
    return backend;
  }

  /** For a window: all windows of the worktree hold it. Rejects with a UserError. */
  async claim(worktree: string, name: string): Promise<Backend> {
    const backend = await this.find(worktree, name);
    this.choices.set(nameOf(backend), true);
    return backend;
  }

  /** Ends its sessions too. It starts again when somebody asks for it. */
  async stop(backend: Backend): Promise<void> {
    if (this.#isOpen(backend)) this.choices.set(nameOf(backend), false);
    await this.#end(backend);
  }

  /** All that its settings define for its worktrees, whether they run or not. */
  viewsFor(window: AttachedWindow): BackendView[] {
    return window.plan.planned.flatMap((worktree) => {
      const offer = this.#offer(worktree);
      const refused = [...offer.refused].filter(
        ([name]) => !offer.definitions.has(name),
      );
      return [
        ...[...offer.definitions.values()].map((definition) =>
          this.#describe(definition, offer),
        ),
        ...refused.map(([name, reason]) => ({
          id: `${name} ${worktree.path}`,
          name,
          worktree: worktree.path,
          isMcp: false,
          ...NO_CHOICE,
          state: { kind: "refused", reason } as const,
        })),
      ];
    });
  }

  viewOf({ spec, state }: Pick<Backend, "spec" | "state">): BackendView {
    const { id, definition } = spec;
    const named = nameOf({ spec });
    const choice = this.choices.of(named);
    return { id, ...named, isMcp: definition.isMcp, ...choice, state };
  }

  /** To be called when windows have come, gone or changed what they want. */
  check(): void {
    const worktrees = new Map(this.#planned.map((each) => [each.path, each]));
    const closed = [...this.#open].filter((each) => !worktrees.has(each));
    this.choices.forget(new Set(closed));
    this.#open = new Set(worktrees.keys());
    for (const worktree of worktrees.values()) {
      const offer = this.#offer(worktree);
      for (const definition of offer.definitions.values())
        if (
          this.#isWanted(definition, worktree.path) &&
          this.#idOf(definition, offer) !== undefined
        )
          this.#set.for(definition, offer.place);
    }
    for (const backend of this.all) backend.check();
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }

  /** Worktrees that windows have open. */
  get #planned(): readonly Worktree[] {
    return this.options.instances.windows.flatMap(({ plan }) => plan.planned);
  }

  #isOpen({ spec: { place } }: Backend): boolean {
    return this.#planned.some(({ path }) => path === place.worktree);
  }

  async #choose(
    worktree: Worktree,
    name: string | undefined,
  ): Promise<Backend> {
    await this.#file.look();
    const offer = this.#offer(worktree);
    return this.#set.for(chooseDefinition(offer, name), offer.place);
  }

  async #detect(folder: string): Promise<Worktree> {
    const detection = await this.#worktrees.detect(folder);
    if (detection.kind === "missing") throw notAProjectPath(folder);
    return detection.kind === "found" ? detection.worktree : detection.guess;
  }

  #offer(worktree: Worktree): Offer {
    return offerFor(worktree, this.options.instances, this.#file.current);
  }

  /** By windows that have the worktree open. */
  #isWanted({ name, start }: BackendDefinition, worktree: string): boolean {
    const { isWanted, isIdle } = this.choices.of({ worktree, name });
    return !isIdle && (isWanted ?? start === "withWorktree");
  }

  #holdOf(backend: Backend): Hold {
    const { id, definition, place } = backend.spec;
    const worktree = this.#planned.find(({ path }) => path === place.worktree);
    if (!worktree || this.#missing.has(worktree.path)) return "closed";
    const offer = this.#offer(worktree);
    const current = offer.definitions.get(definition.name);
    if (!current || this.#idOf(current, offer) !== id) return "revoked";
    return this.#isWanted(current, place.worktree) ? "held" : "unheld";
  }

  #describe(definition: BackendDefinition, offer: Offer): BackendView {
    try {
      const spec = specOf(this.options.home, definition, offer.place);
      const backend = this.get(spec.id);
      return this.viewOf(backend ?? { spec, state: { kind: "stopped" } });
    } catch (error) {
      const id = `${definition.name} ${offer.place.worktree}`;
      const reason = messageOf(error);
      return this.viewOf({
        spec: { id, definition, place: offer.place },
        state: { kind: "failed", reason, tail: [] },
      });
    }
  }

  /** undefined: a variable of the environment is missing there, as its view says. */
  #idOf(definition: BackendDefinition, offer: Offer): string | undefined {
    try {
      return specOf(this.options.home, definition, offer.place).id;
    } catch {
      return undefined;
    }
  }

  async #end(backend: Backend): Promise<void> {
    this.sessions.endAllOf(backend);
    await backend.stop();
  }

  async #look(): Promise<void> {
    if (await this.#file.look()) {
      this.check();
      this.options.onDidChange();
    }
    this.#set.prune();
    const known = this.all.map(({ spec }) => spec.place.worktree);
    if (await this.#missing.look(known)) this.check();
    await Promise.all(
      this.all
        .filter(({ state }) => state.kind !== "stopped")
        .map(async (backend) => {
          if (this.#missing.has(backend.spec.place.worktree))
            await this.#end(backend);
          else await this.#idleWatch.look(backend);
        }),
    );
  }
}

function nameOf({ spec: { place, definition } }: Pick<Backend, "spec">) {
  return { worktree: place.worktree, name: definition.name };
}
