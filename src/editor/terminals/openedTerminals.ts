// The terminals that Berth opened. Those of before a reload come back with a name and a process, and no more: so the window's
// state remembers by the process which worktree each belongs to.
import * as vscode from "vscode";
import { Lifetime } from "../../core/lifetime";
import { identifyProcess, pidExists } from "../../core/system/processIdentity";

export interface Opened {
  readonly worktree: string;
  /** The file by which its agent's program is told of its editor. */
  readonly notice: string;
}

type Kept = Opened & {
  readonly pid: number;
  /** Of the process: its pid may be another's by now. */
  readonly start: string | undefined;
};

const KEY = "agentTerminals";

export class OpenedTerminals {
  readonly #lifetime = new Lifetime();
  readonly #changed = this.#lifetime.own(new vscode.EventEmitter<void>());
  readonly #opened = new Map<vscode.Terminal, Opened>();

  readonly onDidChange = this.#changed.event;

  constructor(
    private readonly state: vscode.Memento,
    /** Knows a terminal that was opened since this extension host started. */
    private readonly recognize: (
      options: vscode.TerminalOptions,
    ) => Opened | undefined,
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

  get all(): readonly Opened[] {
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
    const start = (await identifyProcess(pid))?.start;
    const all = this.state.get<readonly Kept[]>(KEY, []);
    const kept = all.find((each) => each.pid === pid && each.start === start);
    if (opened) {
      const others = all.filter((each) => each.pid !== pid);
      await this.state.update(KEY, [
        ...others.filter((each) => pidExists(each.pid)),
        { worktree: opened.worktree, notice: opened.notice, pid, start },
      ]);
    } else if (kept) this.#add(terminal, kept);
  }

  #add(terminal: vscode.Terminal, { worktree, notice }: Opened): void {
    if (terminal.exitStatus) return;
    this.#opened.set(terminal, { worktree, notice });
    this.#changed.fire();
  }
}
