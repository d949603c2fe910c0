// The backends of one window's worktrees: what its user asks of them, and what it is told of them.
import { isDeepStrictEqual } from "node:util";
import type { Disposable } from "../../core/lifetime";
import { done, failed, type Outcome } from "../../core/outcome";
import { keyOfBackend, type BackendView } from "../../host/backendContract";
import type { EditorApi } from "../../host/contract";
import type { AttachedWindow } from "../../host/reconcile/attachedWindow";
import type { ServedBackends } from "../windowConnection";
import type { BackendHost } from "./backendHost";

export class WindowBackends implements ServedBackends {
  /** The logs that it follows, by worktree and name. */
  readonly #followed = new Map<string, Disposable>();
  #told: readonly BackendView[] | undefined;

  constructor(
    private readonly window: AttachedWindow,
    private readonly editor: EditorApi,
    private readonly host: BackendHost,
  ) {
    host.choices.learn(window.backendChoices);
  }

  requestBackend(
    worktree: string,
    name: string,
  ): Promise<Outcome<BackendView>> {
    return outcomeOf(async () => {
      const backend = await this.host.claim(worktree, name);
      await backend.request(null, this.window.gone);
      return this.host.viewOf(backend);
    });
  }

  restartBackend(worktree: string, name: string): Promise<Outcome<null>> {
    return outcomeOf(async () => {
      const backend = await this.host.claim(worktree, name);
      await backend.restart(this.window.gone);
      return null;
    });
  }

  stopBackend(worktree: string, name: string): Promise<Outcome<null>> {
    return outcomeOf(async () => {
      await this.host.stop(await this.host.find(worktree, name));
      return null;
    });
  }

  followBackendLog(worktree: string, name: string): Promise<string> {
    const { logs } = this.host;
    const owner = { worktree, name };
    const key = keyOfBackend(owner);
    const recent = logs.recent(owner);
    if (!this.#followed.has(key) && !this.window.gone.aborted)
      this.#followed.set(
        key,
        logs.follow(owner, (lines) => {
          this.editor.onDidWriteBackendLog(owner, lines);
        }),
      );
    return Promise.resolve(recent);
  }

  /** Tells the window what has changed. */
  notify(): void {
    if (!this.window.plan.isInformed || this.window.gone.aborted) return;
    const views = this.host.viewsFor(this.window);
    if (isDeepStrictEqual(views, this.#told)) return;
    this.#told = views;
    this.editor.onDidChangeBackends(views);
  }

  dispose(): void {
    for (const follower of this.#followed.values()) follower.dispose();
  }
}

async function outcomeOf<T>(action: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return done(await action());
  } catch (error) {
    return failed(error);
  }
}
