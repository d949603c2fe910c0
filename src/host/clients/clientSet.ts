// The agents connected to one instance: lists them, broadcasts to them and limits their number.
import { messageOf, noSuchAgent } from "../../core/errors";
import type { Mention } from "../../core/control/mention";
import type { Log } from "../../core/log";
import type { ClientView } from "../machineContract";
import type { EditorView } from "../view/editorView";
import { agentName } from "../../core/agents/agentNames";
import type { Client } from "./client";
import { admit } from "./clientLimit";

export class ClientSet {
  readonly #clients = new Set<Client>();
  readonly #ready = new WeakSet<Client>();
  /** The name of each, and its number among those of that name. */
  readonly #named = new Map<Client, { name: string; number: number }>();
  /** Of those that are gone. */
  #usedAt = 0;

  constructor(
    private readonly log: Log,
    private readonly onDidChange: () => void,
  ) {}

  get size(): number {
    return this.#clients.size;
  }

  /** When one has last connected or called: milliseconds since 1970; 0: none has. */
  get usedAt(): number {
    const times = [...this.#clients].map(({ activity }) => activity.lastAt);
    return Math.max(this.#usedAt, ...times);
  }

  get views(): ClientView[] {
    return [...this.#clients].map((client) => ({
      ...client.view,
      label: this.labelOf(client),
    }));
  }

  /** What people call it. It keeps its number when another of the same name goes. */
  labelOf(client: Client): string {
    const name = agentName(client.view.name);
    let named = this.#named.get(client);
    if (named?.name !== name) {
      const taken = new Set(
        [...this.#named]
          .filter(([other, each]) => other !== client && each.name === name)
          .map(([, { number }]) => number),
      );
      let number = 1;
      while (taken.has(number)) number += 1;
      named = { name, number };
      if (this.#clients.has(client)) this.#named.set(client, named);
    }
    return named.number === 1 ? name : `${name} #${named.number}`;
  }

  /** See clientLimit.ts. */
  admit(limit: number): boolean {
    const isAdmitted = admit(this.#clients, limit, Date.now(), (client) => {
      this.log.warn(
        `${this.labelOf(client)}: closed for a new client, as the longest idle of ${limit}`,
      );
    });
    if (!isAdmitted)
      this.log.warn(`A client was refused: ${limit} are connected already`);
    return isAdmitted;
  }

  add(client: Client): void {
    this.#clients.add(client);
    this.onDidChange();
  }

  /** It has introduced itself, and may accept notifications now. Can be called more than once. */
  noteReady(client: Client): void {
    if (!this.#clients.has(client) || this.#ready.has(client)) return;
    this.#ready.add(client);
    this.log.info(`${this.labelOf(client)} connected (${this.size} now)`);
  }

  /** Closes the client's open diffs. */
  remove(client: Client): void {
    const label = this.labelOf(client);
    this.#usedAt = this.usedAt;
    this.#clients.delete(client);
    this.#named.delete(client);
    client.diffs.closeAll().catch((error: unknown) => {
      this.log.error(`Could not close all diffs: ${messageOf(error)}`);
    });
    this.log.info(`${label} disconnected (${this.size} now)`);
    this.onDidChange();
  }

  /** Throws a UserError if there is no such client. */
  async disconnect(id: string): Promise<void> {
    const client = [...this.#clients].find(({ view }) => view.id === id);
    if (!client) throw noSuchAgent();
    this.log.info(`${this.labelOf(client)}: disconnected by the user`);
    await client.close();
  }

  share(view: EditorView): void {
    for (const client of this.#clients) client.share(view);
  }

  /** Sends the current selection, then the mentions, to all or to the one with that id. Returns how many clients accepted. */
  mention(
    mentions: readonly Mention[],
    view: EditorView,
    id: string | undefined,
  ): number {
    return [...this.#clients].filter((client) => {
      if (id !== undefined && client.view.id !== id) return false;
      client.share(view);
      return client.mention(mentions);
    }).length;
  }

  /** Disconnects clients that did not answer the previous check. */
  checkAlive(): void {
    for (const client of this.#clients) client.checkAlive();
  }

  /** Resolves when all connections are closed. */
  async close(): Promise<void> {
    await Promise.all([...this.#clients].map((client) => client.close()));
  }
}
