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

  constructor(
    private readonly log: Log,
    private readonly onDidChange: () => void,
  ) {}

  get size(): number {
    return this.#clients.size;
  }

  get views(): ClientView[] {
    return [...this.#clients].map(({ view }) => view);
  }

  /** See clientLimit.ts. */
  admit(limit: number): boolean {
    const isAdmitted = admit(this.#clients, limit, Date.now(), ({ view }) => {
      this.log.warn(
        `${agentName(view.name)}: closed for a new client, as the longest idle of ${limit}`,
      );
    });
    if (!isAdmitted)
      this.log.warn(`A client was refused: ${limit} are connected already`);
    return isAdmitted;
  }

  add(client: Client): void {
    this.#clients.add(client);
    this.log.info(`Agent connected (${this.size} now)`);
    this.onDidChange();
  }

  /** Closes the client's open diffs. */
  remove(client: Client): void {
    this.#clients.delete(client);
    client.diffs.closeAll().catch((error: unknown) => {
      this.log.error(`Could not close all diffs: ${messageOf(error)}`);
    });
    this.log.info(`Agent disconnected (${this.size} now)`);
    this.onDidChange();
  }

  /** Throws a UserError if there is no such client. */
  async disconnect(id: string): Promise<void> {
    const client = [...this.#clients].find(({ view }) => view.id === id);
    if (!client) throw noSuchAgent();
    this.log.info(`${agentName(client.view.name)}: disconnected by the user`);
    await client.close();
  }

  share(view: EditorView): void {
    for (const client of this.#clients) client.share(view);
  }

  /** Sends the current selection, then the mentions. Returns how many clients accepted. */
  mention(mentions: readonly Mention[], view: EditorView): number {
    return [...this.#clients].filter((client) => {
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
