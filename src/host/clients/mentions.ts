// Mentions files to one instance's agents, waiting for an agent for as long as a person would.
import { EventEmitter, once } from "node:events";
import { existsSync } from "node:fs";
import type { Mention } from "../../core/control/mention";
import { cannotBePointed, noAgent, noSuchFile } from "../../core/sendErrors";
import { notRunning } from "../../core/errors";
import type { EditorView } from "../view/editorView";
import type { ClientSet } from "./clientSet";

/** Milliseconds; a newly started agent connects within a few seconds. */
const WAIT_FOR_AGENT = 15_000;

interface MentionTarget {
  readonly name: string;
  readonly worktree: string;
  readonly view: EditorView;
  /** Throws a UserError for a path outside the worktree. */
  resolve(sent: string): string;
}

export class Mentions {
  readonly #readyClients = new EventEmitter().setMaxListeners(0);
  readonly #ended = new AbortController();

  constructor(
    private readonly clients: ClientSet,
    private readonly target: MentionTarget,
  ) {}

  /**
   * To all agents, or to the one with this id. Returns how many received the mentions, each after the current selection. Throws a UserError if none
   * that supports mentions connects in time, and an AbortError when `cancelled` is aborted.
   */
  async send(
    mentions: readonly Mention[],
    cancelled: AbortSignal,
    client?: string,
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
        const received = this.clients.mention(
          resolved,
          this.target.view,
          client,
        );
        if (received > 0) return received;
        await once(this.#readyClients, "client", { signal });
      }
    } catch (error) {
      const { name, worktree } = this.target;
      if (this.#ended.signal.aborted) throw notRunning(name);
      if (timeout.aborted) {
        const agents = this.clients.views.map(({ label }) => label);
        throw agents.length > 0
          ? cannotBePointed(name, agents)
          : noAgent(name, worktree);
      }
      throw error;
    }
  }

  /** A client may be able to accept mentions now. */
  noteReadyClient(): void {
    this.#readyClients.emit("client");
  }

  /** Ends every waiting send(). */
  dispose(): void {
    this.#ended.abort();
  }
}
