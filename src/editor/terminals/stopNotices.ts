// Says why agents have lost their editor, in a file that the terminals which Berth opened watch.
import { mkdir } from "node:fs/promises";
import { noticeFile, type Notice } from "../../core/agentTerminal";
import { writeJson } from "../../core/atomicFile";
import { messageOf } from "../../core/errors";
import { Lifetime } from "../../core/lifetime";
import type { Log } from "../../core/log";
import type { InstanceState, InstanceView } from "../../host/contract";
import type { WindowInstances } from "../windowInstances";

export class StopNotices {
  readonly #lifetime = new Lifetime();
  /** Instances that have run in this window, by worktree. */
  readonly #running = new Map<string, InstanceView>();
  #written = Promise.resolve();

  constructor(
    private readonly instances: WindowInstances,
    private readonly directory: string,
    private readonly log: Log,
  ) {
    this.#lifetime.own(
      instances.onDidChange(() => {
        this.#compare();
      }),
    );
  }

  async dispose(): Promise<void> {
    await this.#lifetime.dispose();
    await this.#written;
  }

  #compare(): void {
    const { views } = this.instances;
    for (const view of views)
      if (view.state.kind === "running" && !this.#running.has(view.worktree)) {
        this.#running.set(view.worktree, view);
        this.#write(view.worktree, null);
      }
    for (const [worktree, { name }] of this.#running) {
      const state = views.find((view) => view.worktree === worktree)?.state;
      const why = reason(state);
      if (why === undefined) continue;
      this.#running.delete(worktree);
      this.#write(
        worktree,
        `Berth: the instance ${name} ${why}, so this agent has lost its editor. Start it again (Berth: Start Instance), then /ide in Claude Code if it does not come back by itself.`,
      );
    }
  }

  /** One after the other: the last one stays. */
  #write(worktree: string, sentence: string | null): void {
    const notice: Notice = { sentence };
    this.#written = this.#written
      .then(async () => {
        await mkdir(this.directory, { recursive: true, mode: 0o700 });
        await writeJson(noticeFile(this.directory, worktree), notice);
      })
      .catch((error: unknown) => {
        this.log.warn(`Terminals were not told: ${messageOf(error)}`);
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
