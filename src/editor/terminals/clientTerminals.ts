// Which terminal a connected agent runs in: the one whose process is the agent's own, or one above it.
import * as vscode from "vscode";
import { ancestors } from "../../core/system/ancestors";
import { Lifetime } from "../../core/lifetime";
import type { ClientView, InstanceView } from "../../host/contract";
import type { WindowInstances } from "../instances/windowInstances";

export class ClientTerminals {
  readonly #lifetime = new Lifetime();
  readonly #changed = this.#lifetime.own(new vscode.EventEmitter<void>());
  /** By key(client); undefined while it is looked for, and where it is none of this window's. */
  readonly #found = new Map<string, vscode.Terminal | undefined>();

  readonly onDidChange = this.#changed.event;

  constructor(private readonly instances: WindowInstances) {
    const { onDidOpenTerminal, onDidCloseTerminal } = vscode.window;
    this.#lifetime.own(
      instances.onDidChange(() => {
        this.#look();
      }),
    );
    // After a reload the terminals come back later than the agents.
    this.#lifetime.own(
      onDidOpenTerminal(() => {
        this.#forget(undefined);
        this.#look();
      }),
    );
    this.#lifetime.own(
      onDidCloseTerminal((closed) => {
        this.#forget(closed);
        this.#changed.fire();
      }),
    );
  }

  of(view: InstanceView | undefined): vscode.Terminal[] {
    return clientsOf(view).flatMap(
      (client) => this.#found.get(key(client)) ?? [],
    );
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }

  #forget(terminal: vscode.Terminal | undefined): void {
    for (const [client, found] of this.#found)
      if (found === terminal) this.#found.delete(client);
  }

  #look(): void {
    const clients = this.instances.views.flatMap(clientsOf);
    const keys = new Set(clients.map(key));
    for (const client of this.#found.keys())
      if (!keys.has(client)) this.#found.delete(client);
    for (const client of clients)
      if (client.pid !== null && !this.#found.has(key(client)))
        void this.#find(key(client), client.pid);
  }

  async #find(client: string, pid: number): Promise<void> {
    this.#found.set(client, undefined);
    const above = await ancestors(pid);
    for (const terminal of vscode.window.terminals) {
      const shell = await terminal.processId;
      if (shell === undefined || !above.includes(shell)) continue;
      // It may have gone meanwhile.
      if (!this.#found.has(client)) return;
      this.#found.set(client, terminal);
      this.#changed.fire();
      return;
    }
  }
}

/** An agent says which process it is only after it has connected. */
function key({ id, pid }: ClientView): string {
  return `${id} ${String(pid)}`;
}

function clientsOf(view: InstanceView | undefined): readonly ClientView[] {
  return view?.state.kind === "running" ? view.state.clients : [];
}
