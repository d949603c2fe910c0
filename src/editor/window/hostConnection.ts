// Keeps one instance host running for the window: in a worker thread, and in-process once workers keep dying.
// Knows nothing of vscode, so that its deaths can be tested without one.
import { createRequire } from "node:module";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { type BirpcReturn, createBirpc } from "birpc";
import { messageOf } from "../../core/errors";
import type { Disposable } from "../../core/lifetime";
import type { Log } from "../../core/log";
import type { EditorApi, HostApi, HostOptions } from "../../host/contract";

export type Host = BirpcReturn<HostApi, EditorApi>;

/** One running host, however it was started. */
export interface Spawned {
  post(message: unknown): void;
  onMessage(receive: (message: unknown) => void): void;
  /** Resolves with the reason when it has ended, wanted or not. */
  readonly ended: Promise<string>;
  end(): Promise<unknown>;
}

/** Three deaths within this many milliseconds are no accident. */
const DEATHS_WINDOW = 60_000;
const MAX_DEATHS = 3;
/** Milliseconds that a host waits for its successor where old and new overlap at a reload. */
const LINGER = 4_000;
/** Milliseconds that a host has to take its files away; VS Code gives the whole extension 5 s. */
const SHUT_DOWN_WITHIN = 4_700;

export interface ConnectionOptions {
  /** Path of the worker bundle. */
  readonly file: string;
  readonly options: Omit<HostOptions, "pins">;
  readonly log: Log;
  /** Whether at a reload the next extension host starts while this one still ends, as in every remote window. */
  readonly overlapsAtReload: boolean;
}

/** The window as a host needs it. */
export interface WindowSide {
  readonly editor: EditorApi;
  /** What the user asked for in this window so far; a new host is told. */
  readonly pins: () => HostOptions["pins"];
}

export class HostConnection {
  readonly #deaths: number[] = [];
  readonly #startListeners = new Set<(host: Host) => void>();
  #running: { readonly host: Host; readonly spawned: Spawned } | undefined;
  #isEnding = false;

  constructor(private readonly options: ConnectionOptions) {}

  /** Calls to a host that dies meanwhile are rejected. Not before start(). */
  get host(): Host {
    return this.#started.host;
  }

  get spawned(): Spawned {
    return this.#started.spawned;
  }

  /** Calls back when a host is up that knows nothing yet: it needs everything that is pushed. */
  onDidStart(listener: (host: Host) => void): Disposable {
    this.#startListeners.add(listener);
    return { dispose: () => this.#startListeners.delete(listener) };
  }

  /** Starts the host, and another one whenever it dies. Whoever calls this disposes the connection. */
  start(window: WindowSide): void {
    const { file, log } = this.options;
    const spawn = this.#deaths.length < MAX_DEATHS ? spawnWorker : runInProcess;
    const options = { ...this.options.options, pins: window.pins() };
    const spawned = spawn(file, options);
    const host = connect(spawned, window.editor);
    this.#running = { host, spawned };
    void spawned.ended.then((reason) => {
      host.$close(new Error(`The instance host has ended: ${reason}`));
      if (this.#isEnding) return;
      this.#noteDeath();
      log.error(
        `The instance host has died (${reason}) and is started again${this.#deaths.length < MAX_DEATHS ? "" : ", in-process from now on"}`,
      );
      this.start(window);
    });
    for (const listener of this.#startListeners) listener(host);
  }

  async dispose(): Promise<void> {
    this.#isEnding = true;
    if (!this.#running) return;
    const { host, spawned } = this.#running;
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise((resolve) => {
      timer = setTimeout(resolve, SHUT_DOWN_WITHIN);
    });
    try {
      await Promise.race([
        host.shutDown(this.options.overlapsAtReload ? LINGER : 0),
        tooLate,
      ]);
    } finally {
      clearTimeout(timer);
      await spawned.end();
    }
  }

  get #started() {
    if (!this.#running) throw new Error("The host has not been started.");
    return this.#running;
  }

  #noteDeath(): void {
    const now = Date.now();
    // Once in-process, it stays there.
    if (this.#deaths.length < MAX_DEATHS)
      while ((this.#deaths[0] ?? now) < now - DEATHS_WINDOW)
        this.#deaths.shift();
    this.#deaths.push(now);
  }
}

function connect(spawned: Spawned, editor: EditorApi): Host {
  return createBirpc<HostApi, EditorApi>(editor, {
    post: (message) => {
      spawned.post(message);
    },
    on: (receive) => {
      spawned.onMessage(receive);
    },
    // What is pushed needs no answer, and is pushed whole to the next host.
    eventNames: [
      "setActive",
      "pushState",
      "pushDiagnostics",
      "forgetSelections",
      "cancelSend",
    ],
    // A start may wait 5 s for its port, a person may take minutes for an answer: only death ends a call.
    timeout: -1,
  });
}

function spawnWorker(file: string, options: HostOptions): Spawned {
  const worker = new Worker(file, {
    workerData: options,
    // The extension host's own flags (a debugger's port) are not the worker's.
    execArgv: [],
    name: "berth",
    // Garbage of a moment, as 50 starts make it, would otherwise stay with the process: 0.2 MB for each instance.
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
  });
  const ended = new Promise<string>((resolve) => {
    let reason: string | undefined;
    // Without this listener a throw in the worker would end the whole extension host.
    worker.on("error", (error) => {
      reason = messageOf(error);
    });
    worker.on("exit", (code) => {
      resolve(reason ?? `exit ${code}`);
    });
  });
  return {
    post: (message) => {
      worker.postMessage(message);
    },
    onMessage: (receive) => {
      worker.on("message", receive);
    },
    ended,
    end: () => worker.terminate(),
  };
}

function runInProcess(file: string, options: HostOptions): Spawned {
  const { serve } = createRequire(file)(file) as {
    serve: (port: MessagePort, options: HostOptions) => void;
  };
  const { port1, port2 } = new MessageChannel();
  const ended = new Promise<string>((resolve) => {
    port1.on("close", () => {
      resolve("its port was closed");
    });
  });
  serve(port2, options);
  return {
    post: (message) => {
      port1.postMessage(message);
    },
    onMessage: (receive) => {
      port1.on("message", receive);
    },
    ended,
    end: () => {
      port1.close();
      return ended;
    },
  };
}
