// The terminals that Berth opened. After a reload they come back with only a name and a process, so the window's state
// maps each process to its worktree.
import * as vscode from "vscode";
import { Lifetime } from "../../core/lifetime";
import { identifyProcess, pidExists } from "../../core/system/processIdentity";

export interface OpenedTerminal {
  readonly worktree: string;
  /** The file from which the agent's program learns about its editor. */
  readonly notice: string;
}

type StoredTerminal = OpenedTerminal & {
  readonly pid: number;
  /** Start identity of the process, because its pid may have been reused. */
  readonly start: string | undefined;
};

const KEY = "agentTerminals";

export class OpenedTerminals {
  readonly #lifetime = new Lifetime();
  readonly #changed = this.#lifetime.own(new vscode.EventEmitter<void>());
  readonly #opened = new Map<vscode.Terminal, OpenedTerminal>();

  readonly onDidChange = this.#changed.event;

  constructor(
    private readonly state: vscode.Memento,
    /** Identifies a terminal opened since this extension host started. */
    private readonly recognize: (
      options: vscode.TerminalOptions,
    ) => OpenedTerminal | undefined,
  ) {
    const { terminals, onDidOpenTerminal, onDidCloseTerminal } = vscode.window;
    for (const terminal of terminals) void this.#adopt(terminal);
    this.#lifetime.own(
      onDidOpenTerminal((terminal) => void this.#adopt(terminal)),
    );
    this.#lifetime.own(
      onDidCloseTerminal((terminal) => {
        if (this.#opened.delete(terminal)) this.#changed.fire();
      }),
    );
  }

  get all(): readonly OpenedTerminal[] {
    return [...this.#opened.values()];
  }

  of(worktree: string): vscode.Terminal[] {
    return vscode.window.terminals.filter(
      (terminal) => this.#opened.get(terminal)?.worktree === worktree,
    );
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }

  async #adopt(terminal: vscode.Terminal): Promise<void> {
    const opened = this.recognize(terminal.creationOptions);
    if (opened) this.#add(terminal, opened);
    const pid = await terminal.processId;
    if (pid === undefined) return;
    const start = await identifyProcess(pid);
    const storedTerminals = this.state.get<readonly StoredTerminal[]>(KEY, []);
    const stored = storedTerminals.find(
      (each) => each.pid === pid && each.start === start,
    );
    if (opened) {
      const others = storedTerminals.filter((each) => each.pid !== pid);
      await this.state.update(KEY, [
        ...others.filter((each) => pidExists(each.pid)),
        { worktree: opened.worktree, notice: opened.notice, pid, start },
      ]);
    } else if (stored) this.#add(terminal, stored);
  }

  #add(terminal: vscode.Terminal, { worktree, notice }: OpenedTerminal): void {
    if (terminal.exitStatus) return;
    this.#opened.set(terminal, { worktree, notice });
    this.#changed.fire();
  }
}
