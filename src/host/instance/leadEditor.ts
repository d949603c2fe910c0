// What agents ask of the editor, done by the window that leads. If it goes meanwhile, the next one does it; a diff comes
// back with what the user had made of it, so that the agent's own call is answered.
import { interrupted, noSuchDiff } from "../../core/errors";
import { done, type Outcome } from "../../core/outcome";
import type {
  ActingEditor,
  DiffDecision,
  DocumentState,
  OpenedFile,
  OpenFileArguments,
  ProposedDiff,
} from "../contract";
import type { WaitingDiff } from "../machineContract";
import type { Answer, Operation, OperationKind } from "../operationsContract";
import type { InstanceWindow } from "./instanceContext";
import type { InstanceWindows } from "./instanceWindows";

interface ShownDiff {
  diff: ProposedDiff;
  readonly since: number;
  /** That shows it; undefined while there is none. */
  window: InstanceWindow | undefined;
  readonly closed: AbortController;
}

/** Operations that are not done a second time: nobody knows how far the first came. */
const changing: ReadonlySet<OperationKind> = new Set([
  "replaceBuffer",
  "write",
  "runTask",
  "runCommand",
  "openBackend",
]);

const rejected = done<DiffDecision>({ kind: "rejected" });

export class LeadEditor implements ActingEditor {
  readonly #diffs = new Map<string, ShownDiff>();

  constructor(
    private readonly windows: InstanceWindows,
    private readonly onDidChangeDiffs: () => void,
  ) {}

  /** Oldest first. */
  get waiting(): WaitingDiff[] {
    return [...this.#diffs.values()].map(
      ({ diff: { id, client, agent, newPath: path }, since }) => ({
        ...{ id, client, agent, path, since },
      }),
    );
  }

  openFile(file: OpenFileArguments): Promise<Outcome<OpenedFile>> {
    return this.#repeat(({ editor }) => editor.openFile(file));
  }

  readDocument(path: string): Promise<DocumentState | null> {
    return this.#repeat(({ editor }) => editor.readDocument(path));
  }

  saveDocument(path: string): Promise<boolean | null> {
    return this.#repeat(({ editor }) => editor.saveDocument(path));
  }

  /** Never twice: nobody knows how far it came. */
  async executeCode(worktree: string, code: string): Promise<Outcome<string>> {
    const window = await this.windows.attachedLead();
    const outcome = await unlessGone(window, ({ editor }) =>
      editor.executeCode(worktree, code),
    );
    if (outcome === gone) throw interrupted();
    return outcome;
  }

  /** Again only what changes nothing. */
  async operate<Kind extends OperationKind>(
    operation: Operation<Kind>,
  ): Promise<Outcome<Answer<Kind>>> {
    const act = ({ editor }: InstanceWindow) => editor.operate(operation);
    if (!changing.has(operation.kind)) return this.#repeat(act);
    const window = await this.windows.attachedLead();
    const outcome = await unlessGone(window, act);
    if (outcome === gone) throw interrupted();
    return outcome;
  }

  async openDiff(diff: ProposedDiff): Promise<Outcome<DiffDecision>> {
    const waiting: ShownDiff = {
      diff,
      since: Date.now(),
      window: undefined,
      closed: new AbortController(),
    };
    this.#diffs.set(diff.id, waiting);
    this.onDidChangeDiffs();
    try {
      return await this.#repeat((window) => {
        waiting.window = window;
        return window.editor.openDiff(waiting.diff);
      }, waiting.closed.signal);
    } catch (error) {
      if (waiting.closed.signal.aborted) return rejected;
      throw error;
    } finally {
      this.#diffs.delete(diff.id);
      this.onDidChangeDiffs();
    }
  }

  async closeDiff(id: string): Promise<string | null> {
    const waiting = this.#diffs.get(id);
    if (!waiting) return null;
    const { window, closed } = waiting;
    const isShown = window && !window.gone.aborted;
    const answer = isShown
      ? await unlessGone(window, ({ editor }) => editor.closeDiff(id))
      : gone;
    if (answer !== gone) return answer;
    closed.abort();
    return waiting.diff.edited ?? waiting.diff.contents;
  }

  /** Has its window bring it to the front. Throws a UserError if no such diff waits. */
  show(id: string): void {
    const window = this.#diffs.get(id)?.window;
    if (!window || window.gone.aborted) throw noSuchDiff();
    window.editor.onDidRequestDiff(id);
  }

  /** The user has edited a diff that waits. */
  noteEdited(id: string, contents: string): void {
    const waiting = this.#diffs.get(id);
    if (waiting) waiting.diff = { ...waiting.diff, edited: contents };
  }

  async #repeat<T>(
    act: (window: InstanceWindow) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    for (;;) {
      const window = await this.windows.attachedLead(signal);
      const answer = await unlessGone(window, act);
      if (answer !== gone) return answer;
    }
  }
}

const gone = Symbol("the window is gone");

async function unlessGone<T>(
  window: InstanceWindow,
  act: (window: InstanceWindow) => Promise<T>,
): Promise<T | typeof gone> {
  const left = new AbortController();
  try {
    return await Promise.race([act(window), whenAborted(window.gone, left)]);
  } catch (error) {
    if (window.gone.aborted) return gone;
    throw error;
  } finally {
    left.abort();
  }
}

/** `left` ends the wait, so that a signal that lives long keeps no listener of each call. */
function whenAborted(
  signal: AbortSignal,
  left: AbortController,
): Promise<typeof gone> {
  return new Promise((resolve) => {
    const options = { once: true, signal: left.signal };
    if (signal.aborted) resolve(gone);
    else
      signal.addEventListener(
        "abort",
        () => {
          resolve(gone);
        },
        options,
      );
  });
}
