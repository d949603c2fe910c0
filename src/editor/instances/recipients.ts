// Which of an instance's agents gets what the user sends: the one used last, whose terminal was in front or which was sent something.
import * as vscode from "vscode";
import { Lifetime } from "../../core/lifetime";
import { allAgents } from "../../core/messages/sending";
import type { ClientView, MachineInstance } from "../../host/machineContract";
import { escapeIcons } from "../escape";
import type { AgentTerminals } from "../terminals/agentTerminals";
import type { Machine } from "./machine";

/** "all", or one of them. */
export type Recipient = ClientView | "all";

export class Recipients {
  readonly #lifetime = new Lifetime();
  /** Ids of clients, by worktree. */
  readonly #lastUsed = new Map<string, string>();

  constructor(machine: Machine, terminals: AgentTerminals) {
    this.#lifetime.own(
      vscode.window.onDidChangeActiveTerminal((terminal) => {
        if (!terminal) return;
        for (const { worktree, clients } of machine.view.instances)
          for (const client of clients)
            if (terminals.ofClient(client) === terminal)
              this.#lastUsed.set(worktree, client.id);
      }),
    );
  }

  /** `asks`: also if one of several was used last. undefined: the user has cancelled. */
  async choose(
    instance: MachineInstance | undefined,
    asks: boolean,
  ): Promise<Recipient | undefined> {
    const candidates = (instance?.clients ?? []).filter(
      ({ takesMentions }) => takesMentions,
    );
    if (!instance || candidates.length < 2) return "all";
    const { worktree, name } = instance;
    const last = candidates.find(
      ({ id }) => id === this.#lastUsed.get(worktree),
    );
    const chosen = last && !asks ? last : await pick(candidates, last, name);
    if (chosen && chosen !== "all") this.#lastUsed.set(worktree, chosen.id);
    return chosen;
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }
}

async function pick(
  candidates: readonly ClientView[],
  last: ClientView | undefined,
  instance: string,
): Promise<Recipient | undefined> {
  const row = (client: ClientView) => ({
    label: escapeIcons(client.label),
    description: client.pid === null ? "" : `process ${client.pid}`,
    recipient: client as Recipient,
  });
  // The one used last is a key away.
  const sorted = [...candidates].sort(
    (a, b) => Number(b === last) - Number(a === last),
  );
  const picked = await vscode.window.showQuickPick(
    [
      ...sorted.map(row),
      { label: allAgents(candidates.length), recipient: "all" as Recipient },
    ],
    { title: "Berth: Send", placeHolder: `Choose the agent of ${instance}` },
  );
  return picked?.recipient;
}
