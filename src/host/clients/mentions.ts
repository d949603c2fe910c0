// Points the agents of one instance to files; while none is there that can be told, for as long as a person would wait.
import { EventEmitter, once } from "node:events";
import { existsSync } from "node:fs";
import { noAgent, noSuchFile, notRunning } from "../../core/errors";
import type { Mention } from "../../core/control/mention";
import type { Client } from "./client";
import type { EditorView } from "../view/editorCopy";

/** Milliseconds: an agent that is started now has its connection within a few seconds. */
const WAIT_FOR_AGENT = 15_000;

/** The instance as mentions see it. */
interface Side {
  readonly name: string;
  readonly worktree: string;
  readonly clients: ReadonlySet<Client>;
  /** Throws a UserError for a path that is not the instance's business. */
  resolve(sent: string): string;
  readonly view: EditorView;
}

export class Mentions {
  readonly #introductions = new EventEmitter().setMaxListeners(0);
  readonly #ended = new AbortController();

  constructor(private readonly side: () => Side) {}

  /**
   * Resolves with the number of agents that were told, each after the current selection. Throws a UserError where none
   * came in time; rejects with an AbortError when `gaveUp` says that nobody wants it any more.
   */
  async send(
    mentions: readonly Mention[],
    gaveUp: AbortSignal,
  ): Promise<number> {
    const side = this.side();
    const resolved = mentions.map(({ path, lines }) => {
      const file = side.resolve(path);
      if (!existsSync(file)) throw noSuchFile(file);
      return { path: file, lines };
    });
    const tooLate = AbortSignal.timeout(WAIT_FOR_AGENT);
    const signal = AbortSignal.any([tooLate, gaveUp, this.#ended.signal]);
    try {
      for (;;) {
        const told = this.#tell(resolved);
        if (told > 0) return told;
        await once(this.#introductions, "client", { signal });
      }
    } catch (error) {
      const { name, worktree } = this.side();
      if (this.#ended.signal.aborted) throw notRunning(name);
      if (tooLate.aborted) throw noAgent(name, worktree);
      throw error;
    }
  }

  /** A client has said more of itself, and may be one that can be told. */
  noteIntroduction(): void {
    this.#introductions.emit("client");
  }

  /** Ends every wait. */
  dispose(): void {
    this.#ended.abort();
  }

  #tell(mentions: readonly Mention[]): number {
    const { clients, view } = this.side();
    return [...clients].filter((client) => {
      client.share(view);
      return client.mention(mentions);
    }).length;
  }
}
