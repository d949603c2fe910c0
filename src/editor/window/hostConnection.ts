// Keeps the window attached to a host of its instances, and to the next one whenever that has ended.
// Does not know vscode, so that crashes can be tested without it.
import { stackOf } from "../../core/errors";
import type { Disposable } from "../../core/lifetime";
import type { KnownFolder, WindowOptions } from "../../host/contract";
import { type FinderOptions, HostFinder } from "./hostFinder";
import { type Host, HostLink, type WindowEditor } from "./hostLink";

export type { Host };

export interface ConnectionOptions extends FinderOptions {
  readonly window: Omit<WindowOptions, keyof WindowState | "known">;
}

/** What may have changed when the next host is found. */
export type WindowState = Pick<
  WindowOptions,
  "pins" | "served" | "focusedAt" | "backends"
>;

/** What a host needs from the window. */
export interface WindowCallbacks {
  readonly editor: WindowEditor;
  readonly state: () => WindowState;
}

/** `isNew`: not the host of before, which knew of the diffs that wait. */
type StartListener = (host: Host, isNew: boolean) => void;

/** Milliseconds after a host's end in which its successor may go on as if it had served until then. */
const MOMENT = 5_000;

export class HostConnection {
  readonly #startListeners = new Set<StartListener>();
  readonly #finder: HostFinder;
  #link: HostLink | undefined;
  /** What git has told the hosts so far. */
  #known: readonly KnownFolder[] = [];
  #isDisposing = false;
  #running: Promise<void> = Promise.resolve();

  constructor(private readonly options: ConnectionOptions) {
    this.#finder = new HostFinder(options);
  }

  /** Only after start(). What is called before a host is there waits for it; what a host has not answered is rejected. */
  get host(): Host {
    if (!this.#link) throw new Error("The connection has not been started.");
    return this.#link.host;
  }

  /** Fires for each attachment. The host has no state of this window yet, so the listener must push everything. */
  onDidStart(listener: StartListener): Disposable {
    this.#startListeners.add(listener);
    return { dispose: () => this.#startListeners.delete(listener) };
  }

  /** Attaches to a host, and to the next one whenever it has ended. The caller disposes the connection. */
  start(window: WindowCallbacks): void {
    this.#link = this.#newLink(window.editor);
    this.#running = this.#run(window).catch((error: unknown) => {
      this.options.log.error(`Berth cannot run: ${stackOf(error)}`);
    });
  }

  /** A supervisor keeps the instances for a while, in case the window comes back. A host in this process ends. */
  async dispose(): Promise<void> {
    this.#isDisposing = true;
    this.#finder.dispose();
    this.#link?.close("The window is closing.");
    await this.#running;
  }

  #newLink(editor: WindowEditor): HostLink {
    return new HostLink(editor, (known) => {
      this.#known = known;
    });
  }

  #isOver(): boolean {
    return this.#isDisposing;
  }

  async #run({ editor, state }: WindowCallbacks): Promise<void> {
    let before: string | undefined;
    let endedAt = performance.now();
    for (let link = this.#link; link && !this.#isOver(); link = this.#link) {
      const found = await this.#finder.find(() => ({
        ...this.options.window,
        ...state(),
        known: this.#known,
        ...(performance.now() - endedAt > MOMENT && { served: [], known: [] }),
      }));
      if (!found) return;
      if (this.#isOver()) found.channel.end();
      const ended = link.connect(found.channel);
      if (!this.#isOver())
        for (const listener of this.#startListeners)
          listener(link.host, found.id !== before);
      before = found.id;
      const { reason, kind } = await ended;
      if (this.#isOver()) {
        await found.leave();
        return;
      }
      this.#link = this.#newLink(editor);
      link.close(`Berth's server has ended: ${reason}`);
      if (kind === "hangs") await found.terminate();
      endedAt = performance.now();
      if (kind === "onPurpose") this.#finder.forgetDeaths();
      else this.#finder.noteDeath(reason);
    }
  }
}
