// Points the agents of one instance to files. While none is connected that can be told, it waits as long as a person would.
import { EventEmitter, once } from "node:events";
import { existsSync } from "node:fs";
import type { Mention } from "../../core/control/mention";
import { noAgent, noSuchFile, notRunning } from "../../core/errors";
import type { EditorView } from "../view/editorCopy";
import type { ClientSet } from "./clientSet";

/** Milliseconds: an agent that is started now connects within a few seconds. */
const WAIT_FOR_AGENT = 15_000;

/** The instance whose agents are told. */
interface MentionTarget {
  readonly name: string;
  readonly worktree: string;
  readonly view: EditorView;
  /** Throws a UserError for a path outside the worktree. */
  resolve(sent: string): string;
}

export class Mentions {
  readonly #introductions = new EventEmitter().setMaxListeners(0);
  readonly #ended = new AbortController();

  constructor(
    private readonly clients: ClientSet,
    private readonly target: MentionTarget,
  ) {}

  /**
   * Resolves with the number of agents that were told, each after the current selection. Throws a UserError where none
   * connected in time; rejects with an AbortError when `cancelled` is aborted.
   */
  async send(
    mentions: readonly Mention[],
    cancelled: AbortSignal,
  ): Promise<number> {
    const resolved = mentions.map(({ path, lines }) => {
      const file = this.target.resolve(path);
      if (!existsSync(file)) throw noSuchFile(file);
      return { path: file, lines };
    });
    const timeout = AbortSignal.timeout(WAIT_FOR_AGENT);
    const signal = AbortSignal.any([timeout, cancelled, this.#ended.signal]);
    try {
      for (;;) {
        const told = this.clients.mention(resolved, this.target.view);
        if (told > 0) return told;
        await once(this.#introductions, "client", { signal });
      }
    } catch (error) {
      const { name, worktree } = this.target;
      if (this.#ended.signal.aborted) throw notRunning(name);
      if (timeout.aborted) throw noAgent(name, worktree);
      throw error;
    }
  }

  /** A client has said more about itself, and can perhaps be told now. */
  noteIntroduction(): void {
    this.#introductions.emit("client");
  }

  /** Ends every wait. */
  dispose(): void {
    this.#ended.abort();
  }
}
