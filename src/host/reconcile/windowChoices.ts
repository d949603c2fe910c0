// What the user of one window starts and stops, whatever its settings say.
import { notStarted, tooManyInstances } from "../../core/errors";
import { done, failed, type Outcome } from "../../core/outcome";
import { notAFolder } from "../../core/pathErrors";
import type { HostApi, LeastUsed } from "../contract";
import type { InstanceWindow } from "../instance/instanceContext";
import type { InstanceSet } from "./instanceSet";
import type { WindowPlan } from "./windowPlan";

/** The window whose user chooses, or one beside it. */
interface ChoosingWindow extends InstanceWindow {
  readonly plan: WindowPlan;
  readonly workspace: string | null;
  /** When its user last turned to the worktree: milliseconds since 1970; 0: never. */
  usedAt(worktree: string): number;
  /** Resolves once the worktree is as the last plans want it, and the window has been told. */
  settled(worktree: string): Promise<void>;
}

type Choices = Pick<HostApi, "start" | "stop" | "restart" | "leastUsed">;

export class WindowChoices implements Choices {
  constructor(
    private readonly window: ChoosingWindow,
    private readonly host: {
      readonly instances: InstanceSet;
      readonly windows: () => readonly ChoosingWindow[];
    },
  ) {}

  async start(folder: string, inPlaceOf?: string): Promise<Outcome<string>> {
    const { plan } = this.window;
    const known = plan.known.get(folder);
    const worktree = known ?? (await plan.known.find(folder));
    if (worktree === undefined) return failed(notAFolder(folder));
    const { path } = worktree;
    // What the user has stopped in another window too.
    for (const window of this.host.windows()) window.plan.unpinStopped(path);
    if (inPlaceOf === undefined) plan.pin(path, "started");
    else {
      plan.pinInPlaceOf(inPlaceOf, path);
      await this.stopInAll(inPlaceOf);
    }
    await this.window.settled(path);
    // Its repository may have worktrees that nobody has asked for yet.
    if (!known) plan.requestSiblings();
    const { instances } = this.host;
    if (instances.get(this.window, path)) return done(path);
    const state = instances.stateFor(this.window, path);
    if (state?.kind === "failed") return failed(state.error);
    plan.unpin(path);
    const reason =
      state?.kind === "stopped" && state.because === "limit"
        ? tooManyInstances(plan.desired?.settings.maxInstances ?? 0)
        : notStarted(path);
    return failed(reason);
  }

  async stop(worktree: string): Promise<void> {
    this.window.plan.pin(worktree, "stopped");
    await this.stopInAll(worktree);
  }

  async restart(worktree: string): Promise<void> {
    this.window.plan.unpinStopped(worktree);
    this.host.instances.restart(worktree);
    await this.window.settled(worktree);
  }

  leastUsed(): Promise<LeastUsed | null> {
    const { instances, windows } = this.host;
    const [least] = [...this.window.plan.worktrees]
      .flatMap((worktree) => instances.get(this.window, worktree) ?? [])
      .map(({ worktree, name, clients, createdAt }) => {
        const times = windows().map((window) => window.usedAt(worktree));
        const usedAt = Math.max(clients.usedAt, ...times);
        return { worktree, name, usedAt, createdAt };
      })
      .sort((a, b) => a.usedAt - b.usedAt || a.createdAt - b.createdAt);
    return Promise.resolve(
      least ? { worktree: least.worktree, name: least.name } : null,
    );
  }

  /** Also where it is not this window's own. */
  async stopInAll(worktree: string): Promise<void> {
    const { workspace } = this.window;
    for (const window of this.host.windows())
      window.plan.pinStopped(
        worktree,
        window === this.window ? null : { kind: "window", workspace },
      );
    await this.window.settled(worktree);
  }
}
