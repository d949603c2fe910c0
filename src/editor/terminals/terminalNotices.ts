// Tells the terminals that Berth opened why their agents lost the editor and where it is now, by a file each watches.
import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Notice } from "../../core/agents/agentTerminal";
import { writeJson } from "../../core/system/atomicFile";
import { messageOf } from "../../core/errors";
import { type Disposable, Lifetime } from "../../core/lifetime";
import type { Log } from "../../core/log";
import { instanceLost, lossReasons } from "../../core/messages/terminals";
import type { InstanceState } from "../../host/contract";
import type { WindowInstances } from "../instances/windowInstances";
import type { OpenedTerminals } from "./openedTerminals";

interface Changing {
  onDidChange(listener: () => void): Disposable;
}

export class TerminalNotices {
  readonly #lifetime = new Lifetime();
  /** Names of instances that have run since this extension host started, by worktree. */
  readonly #names = new Map<string, string>();
  /** Last notice as JSON, by file. */
  readonly #lastNotices = new Map<string, string>();
  #pendingWrite = Promise.resolve();

  constructor(
    private readonly instances: Pick<WindowInstances, "views"> & Changing,
    private readonly opened: Pick<OpenedTerminals, "all"> & Changing,
    private readonly log: Log,
  ) {
    for (const source of [instances, opened])
      this.#lifetime.own(
        source.onDidChange(() => {
          this.#update();
        }),
      );
  }

  async dispose(): Promise<void> {
    await this.#lifetime.dispose();
    await this.#pendingWrite;
  }

  #update(): void {
    for (const { worktree, name, state } of this.instances.views)
      if (state.kind === "running") this.#names.set(worktree, name);
    const files = new Set(this.opened.all.map(({ notice }) => notice));
    for (const file of this.#lastNotices.keys())
      if (!files.has(file)) this.#lastNotices.delete(file);
    for (const { worktree, notice: file } of this.opened.all) {
      const notice = this.#noticeOf(worktree);
      const text = JSON.stringify(notice);
      if (!notice || this.#lastNotices.get(file) === text) continue;
      this.#lastNotices.set(file, text);
      this.#write(file, notice);
    }
  }

  /** Undefined while there is nothing to report. */
  #noticeOf(worktree: string): Notice | undefined {
    const view = this.instances.views.find(
      (each) => each.worktree === worktree,
    );
    if (view?.state.kind === "running") {
      const { port, instanceId } = view.state;
      return { kind: "running", name: view.name, served: { port, instanceId } };
    }
    const name = view?.name ?? this.#names.get(worktree);
    // After a reload it takes a moment until every worktree is known.
    const reason = name === undefined ? undefined : lossReason(view?.state);
    return reason === undefined
      ? undefined
      : {
          kind: "stopped",
          sentence: instanceLost(String(name), reason),
        };
  }

  /** Serialized, so that the last notice wins. */
  #write(file: string, notice: Notice): void {
    this.#pendingWrite = this.#pendingWrite
      .then(async () => {
        await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
        await writeJson(file, notice);
      })
      .catch((error: unknown) => {
        this.log.warn(`A terminal was not told: ${messageOf(error)}`);
      });
  }
}

/** Why a previously running instance is gone; undefined while there is nothing to report. */
function lossReason(state: InstanceState | undefined): string | undefined {
  switch (state?.kind) {
    case undefined:
      return lossReasons.folder;
    case "failed":
      return lossReasons.failure(state.error);
    case "stopped":
      return lossReasons[state.because];
    case "running":
    case "starting":
    case "stopping":
      return undefined;
  }
}
