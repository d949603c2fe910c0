// Finds the terminal a connected agent runs in: the one whose process is the agent's own or an ancestor of it.
import * as vscode from "vscode";
import { ancestors } from "../../core/system/processList";
import { Lifetime } from "../../core/lifetime";
import type { InstanceView } from "../../host/contract";
import type { ClientView } from "../../host/machineContract";
import type { WindowInstances } from "../instances/windowInstances";

export class ClientTerminals {
  readonly #lifetime = new Lifetime();
  readonly #changed = this.#lifetime.own(new vscode.EventEmitter<void>());
  /** By key(client); undefined while searching, and if it is in no terminal of this window. */
  readonly #terminals = new Map<string, vscode.Terminal | undefined>();

  readonly onDidChange = this.#changed.event;

  constructor(private readonly instances: WindowInstances) {
    const { onDidOpenTerminal, onDidCloseTerminal } = vscode.window;
    this.#lifetime.own(
      instances.onDidChange(() => {
        this.#refresh();
      }),
    );
    // After a reload, terminals are restored later than agents.
    this.#lifetime.own(
      onDidOpenTerminal(() => {
        this.#dropEntries(undefined);
        this.#refresh();
      }),
    );
    this.#lifetime.own(
      onDidCloseTerminal((closed) => {
        this.#dropEntries(closed);
        this.#changed.fire();
      }),
    );
  }

  of(view: InstanceView | undefined): vscode.Terminal[] {
    return clientsOf(view).flatMap(
      (client) => this.#terminals.get(key(client)) ?? [],
    );
  }

  /** undefined: it is in no terminal of this window. */
  ofClient(client: ClientView): vscode.Terminal | undefined {
    return this.#terminals.get(key(client));
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }

  #dropEntries(terminal: vscode.Terminal | undefined): void {
    for (const [client, found] of this.#terminals)
      if (found === terminal) this.#terminals.delete(client);
  }

  #refresh(): void {
    const clients = this.instances.views.flatMap(clientsOf);
    const keys = new Set(clients.map(key));
    for (const client of this.#terminals.keys())
      if (!keys.has(client)) this.#terminals.delete(client);
    for (const client of clients)
      if (client.pid !== null && !this.#terminals.has(key(client)))
        void this.#locate(key(client), client.pid);
  }

  async #locate(client: string, pid: number): Promise<void> {
    this.#terminals.set(client, undefined);
    const ancestorPids = await ancestors(pid);
    for (const terminal of vscode.window.terminals) {
      const shellPid = await terminal.processId;
      if (shellPid === undefined || !ancestorPids.includes(shellPid)) continue;
      // The client may have disconnected meanwhile.
      if (!this.#terminals.has(client)) return;
      this.#terminals.set(client, terminal);
      this.#changed.fire();
      return;
    }
  }
}

/** Includes the pid, which an agent reports only after it has connected. */
function key({ id, pid }: ClientView): string {
  return `${id} ${String(pid)}`;
}

function clientsOf(view: InstanceView | undefined): readonly ClientView[] {
  return view?.state.kind === "running" ? view.state.clients : [];
}
