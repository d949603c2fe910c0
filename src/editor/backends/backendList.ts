// The backends of this window's worktrees, and what can be done with them. All views listen here.
import * as vscode from "vscode";
import type { BackendAddress } from "../../core/agents/backendVariables";
import { unwrap } from "../../core/outcome";
import {
  keyOfBackend,
  type BackendName,
  type BackendView,
} from "../../host/backendContract";
import type { HostConnection } from "../window/hostConnection";

export class BackendList {
  readonly #changed = new vscode.EventEmitter<void>();
  /** By id. */
  readonly #addresses = new Map<string, BackendAddress>();
  #views: readonly BackendView[] = [];

  readonly onDidChange = this.#changed.event;

  constructor(private readonly connection: HostConnection) {}

  get views(): readonly BackendView[] {
    return this.#views;
  }

  /** Those of the worktree. */
  of(worktree: string): readonly BackendView[] {
    return this.#views.filter((view) => view.worktree === worktree);
  }

  /** Where those of the worktree are, also while they are being restarted: terminals keep their environment. */
  addressesOf(worktree: string): BackendAddress[] {
    return this.of(worktree).flatMap(
      (view) => this.#addresses.get(view.id) ?? [],
    );
  }

  replace(views: readonly BackendView[]): void {
    this.#views = views;
    for (const { id, name, state } of views)
      if (state.kind === "ready") {
        const { port, url } = state;
        this.#addresses.set(id, { name, port, url });
      } else if (["stopped", "failed", "refused"].includes(state.kind))
        this.#addresses.delete(id);
    this.#changed.fire();
  }

  /** Starts it where it does not run; resolves once it serves. Rejects with a UserError. */
  async request(backend: BackendName): Promise<BackendView> {
    const { worktree, name } = backend;
    const view = unwrap(
      await this.connection.host.requestBackend(worktree, name),
    );
    // The news of it may come later than the answer.
    this.replace(
      this.#views.map((each) =>
        keyOfBackend(each) === keyOfBackend(backend) ? view : each,
      ),
    );
    return view;
  }

  /** Resolves once it serves again. Rejects with a UserError. */
  async restart({ worktree, name }: BackendName): Promise<void> {
    unwrap(await this.connection.host.restartBackend(worktree, name));
  }

  /** Until somebody asks for it again. */
  async stop({ worktree, name }: BackendName): Promise<void> {
    unwrap(await this.connection.host.stopBackend(worktree, name));
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
