// Says why agents have lost their editor, and where it is now, in the file that each terminal which Berth opened watches.
import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Notice } from "../../core/agents/agentTerminal";
import { writeJson } from "../../core/system/atomicFile";
import { messageOf } from "../../core/errors";
import { Lifetime } from "../../core/lifetime";
import type { Log } from "../../core/log";
import type { InstanceState } from "../../host/contract";
import type { WindowInstances } from "../instances/windowInstances";
import type { OpenedTerminals } from "./openedTerminals";

export class TerminalNotices {
  readonly #lifetime = new Lifetime();
  /** Names of instances that have run since this extension host started, by worktree. */
  readonly #names = new Map<string, string>();
  /** By file. */
  readonly #said = new Map<string, string>();
  #written = Promise.resolve();

  constructor(
    private readonly instances: WindowInstances,
    private readonly opened: OpenedTerminals,
    private readonly log: Log,
  ) {
    for (const { onDidChange } of [instances, opened])
      this.#lifetime.own(
        onDidChange(() => {
          this.#say();
        }),
      );
  }

  async dispose(): Promise<void> {
    await this.#lifetime.dispose();
    await this.#written;
  }

  #say(): void {
    for (const { worktree, name, state } of this.instances.views)
      if (state.kind === "running") this.#names.set(worktree, name);
    const files = new Set(this.opened.all.map(({ notice }) => notice));
    for (const file of this.#said.keys())
      if (!files.has(file)) this.#said.delete(file);
    for (const { worktree, notice: file } of this.opened.all) {
      const notice = this.#noticeOf(worktree);
      const text = JSON.stringify(notice);
      if (!notice || this.#said.get(file) === text) continue;
      this.#said.set(file, text);
      this.#write(file, notice);
    }
  }

  /** Undefined while there is nothing to say. */
  #noticeOf(worktree: string): Notice | undefined {
    const view = this.instances.views.find(
      (each) => each.worktree === worktree,
    );
    if (view?.state.kind === "running") {
      const { port, instanceId } = view.state;
      return { kind: "running", name: view.name, served: { port, instanceId } };
    }
    const name = view?.name ?? this.#names.get(worktree);
    // A worktree that has not been heard of yet comes a moment after a reload.
    const why = name === undefined ? undefined : reason(view?.state);
    return why === undefined
      ? undefined
      : {
          kind: "stopped",
          sentence: `Berth: the instance ${String(name)} ${why}, so this agent has lost its editor. Start it again (Berth: Start Instance), then /ide in Claude Code if it does not come back by itself.`,
        };
  }

  /** One after the other: the last one stays. */
  #write(file: string, notice: Notice): void {
    this.#written = this.#written
      .then(async () => {
        await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
        await writeJson(file, notice);
      })
      .catch((error: unknown) => {
        this.log.warn(`A terminal was not told: ${messageOf(error)}`);
      });
  }
}

const stopped = {
  user: "was stopped",
  settings: "was stopped by the settings of Berth",
  limit: "was stopped at the limit of the setting berth.maxInstances",
};

/** Of an instance that has run; undefined while there is nothing to say. */
function reason(state: InstanceState | undefined): string | undefined {
  switch (state?.kind) {
    case undefined:
      return "has lost its folder: it was closed here, or removed";
    case "failed":
      return `has failed: ${state.error.replace(/\.$/, "")}`;
    case "stopped":
      return stopped[state.because];
    case "running":
    case "starting":
    case "stopping":
      return undefined;
  }
}
