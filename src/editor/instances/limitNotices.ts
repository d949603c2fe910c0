// Tells of worktrees that do not get the instance that the settings ask for, because the window is at its limit.
import * as vscode from "vscode";
import { messageOf } from "../../core/errors";
import { Lifetime } from "../../core/lifetime";
import { limitReached } from "../../core/messages/limit";
import type { InstanceView } from "../../host/contract";
import { escapeMessage } from "../escape";
import { offerPlace } from "./start";
import type { TargetContext } from "./target";

/** The key of those that the user has heard of, beyond a reload. */
const TOLD = "berth.toldOfLimit";

export class LimitNotices {
  readonly #lifetime = new Lifetime();
  #told: readonly string[];

  constructor(
    private readonly context: TargetContext,
    private readonly state: vscode.Memento,
  ) {
    this.#told = state.get<readonly string[]>(TOLD, []);
    this.#lifetime.own(
      context.instances.onDidChange(() => {
        this.#look();
      }),
    );
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }

  #look(): void {
    const { views } = this.context.instances;
    // Nothing is known yet, or no folder is open.
    if (views.length === 0) return;
    const refused = views.filter(
      ({ state }) => state.kind === "stopped" && state.because === "limit",
    );
    // Whoever has started one hears of it as the answer to that.
    const isNews = refused.some(
      ({ worktree, pin }) =>
        pin !== "started" && !this.#told.includes(worktree),
    );
    const worktrees = refused.map(({ worktree }) => worktree);
    if (worktrees.join("\0") === this.#told.join("\0")) return;
    this.#told = worktrees;
    void this.state.update(TOLD, worktrees);
    if (isNews) void this.#tell(refused);
  }

  async #tell(refused: readonly InstanceView[]): Promise<void> {
    const [first] = refused;
    const { connection, settings } = this.context;
    try {
      const least = await connection.host.leastUsed();
      if (!first || !least) return;
      const names = refused.map(({ name }) => name);
      const why = limitReached(names, settings.value.maxInstances);
      await offerPlace(this.context, why, least, first.worktree);
    } catch (error) {
      void vscode.window.showErrorMessage(escapeMessage(messageOf(error)));
    }
  }
}
