// Keeps one instance host running for the window: in a worker thread, or in-process once workers keep crashing.
// Does not know vscode, so that crashes can be tested without it.
import { createRequire } from "node:module";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { type BirpcReturn, createBirpc } from "birpc";
import { isCanceled, messageOf } from "../../core/errors";
import type { Disposable } from "../../core/lifetime";
import type { Log } from "../../core/log";
import type { EditorApi, HostApi, HostOptions } from "../../host/contract";

export type Host = BirpcReturn<HostApi, EditorApi>;

/** A running host, in a worker or in-process. */
export interface SpawnedHost {
  post(message: unknown): void;
  onMessage(receive: (message: unknown) => void): void;
  /** Resolves with the reason when the host has ended, expectedly or not. */
  readonly ended: Promise<string>;
  end(): Promise<unknown>;
}

/** Three crashes within this many milliseconds switch to in-process. */
const CRASH_WINDOW = 60_000;
const MAX_CRASHES = 3;
/** Milliseconds that a host waits for its successor if the two overlap at a reload. */
const LINGER = 4_000;
/** Milliseconds for a host to withdraw its files; VS Code gives the whole extension 5 s. */
const SHUTDOWN_TIMEOUT = 4_700;

export interface ConnectionOptions {
  /** Path of the worker bundle. */
  readonly file: string;
  readonly options: Omit<HostOptions, "pins">;
  readonly log: Log;
  /** Whether a reload starts the next extension host before this one has ended, as in every remote window. */
  readonly overlapsAtReload: boolean;
}

/** What a host needs from the window. */
export interface WindowCallbacks {
  readonly editor: EditorApi;
  /** What the user started or stopped in this window so far; passed to each new host. */
  readonly pins: () => HostOptions["pins"];
}

export class HostConnection {
  readonly #crashes: number[] = [];
  readonly #startListeners = new Set<(host: Host) => void>();
  #running: { readonly host: Host; readonly spawned: SpawnedHost } | undefined;
  #isDisposing = false;

  constructor(private readonly options: ConnectionOptions) {}

  /** Only after start(). Pending calls are rejected when the host dies. */
  get host(): Host {
    return this.#started.host;
  }

  get spawned(): SpawnedHost {
    return this.#started.spawned;
  }

  /** Fires for each new host. It has no state yet, so the listener must push everything. */
  onDidStart(listener: (host: Host) => void): Disposable {
    this.#startListeners.add(listener);
    return { dispose: () => this.#startListeners.delete(listener) };
  }

  /** Starts the host and restarts it whenever it dies. The caller disposes the connection. */
  start(window: WindowCallbacks): void {
    const { file, log } = this.options;
    const spawn =
      this.#crashes.length < MAX_CRASHES ? spawnWorker : runInProcess;
    const options = { ...this.options.options, pins: window.pins() };
    const spawned = spawn(file, options);
    const host = connect(spawned, window.editor);
    this.#running = { host, spawned };
    void spawned.ended.then((reason) => {
      host.$close(new Error(`The instance host has ended: ${reason}`));
      if (this.#isDisposing) return;
      this.#recordCrash();
      log.error(
        `The instance host has died (${reason}) and is started again${this.#crashes.length < MAX_CRASHES ? "" : ", in-process from now on"}`,
      );
      this.start(window);
    });
    for (const listener of this.#startListeners) listener(host);
  }

  async dispose(): Promise<void> {
    this.#isDisposing = true;
    if (!this.#running) return;
    const { host, spawned } = this.#running;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise((resolve) => {
      timer = setTimeout(resolve, SHUTDOWN_TIMEOUT);
    });
    try {
      await Promise.race([
        host.shutDown(this.options.overlapsAtReload ? LINGER : 0),
        timeout,
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

  #recordCrash(): void {
    const now = Date.now();
    // Once in-process, it stays in-process.
    if (this.#crashes.length < MAX_CRASHES)
      while ((this.#crashes[0] ?? now) < now - CRASH_WINDOW)
        this.#crashes.shift();
    this.#crashes.push(now);
  }
}

function connect(spawned: SpawnedHost, editor: EditorApi): Host {
  return createBirpc<HostApi, EditorApi>(unansweredIfCanceled(editor), {
    post: (message) => {
      spawned.post(message);
    },
    on: (receive) => {
      spawned.onMessage(receive);
    },
    // Pushes need no answer, and the next host gets the full state anyway.
    eventNames: [
      "setActive",
      "pushState",
      "pushDiagnostics",
      "forgetSelections",
      "cancelSend",
    ],
    // A start may wait 5 s for its port and a user may take minutes to answer, so only the host's death ends a call.
    timeout: -1,
  });
}

/**
 * The window's end rejects whatever still waits in it. That is no answer: the connection ends too, and with it the call.
 */
function unansweredIfCanceled(editor: EditorApi): EditorApi {
  const calls = Object.entries(editor as unknown as Calls).map(
    ([name, call]) => {
      const guarded = async (...args: unknown[]): Promise<unknown> => {
        try {
          return await call(...args);
        } catch (error) {
          if (!isCanceled(error)) throw error;
          return new Promise(() => undefined);
        }
      };
      return [name, guarded] as const;
    },
  );
  return Object.fromEntries(calls) as unknown as EditorApi;
}

type Calls = Readonly<Record<string, (...args: unknown[]) => unknown>>;

function spawnWorker(file: string, options: HostOptions): SpawnedHost {
  const worker = new Worker(file, {
    workerData: options,
    // Do not inherit the extension host's flags, such as a debugger port.
    execArgv: [],
    name: "berth",
    // Otherwise the process keeps the memory of short-lived garbage: 0.2 MB per instance after 50 starts.
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
  });
  const ended = new Promise<string>((resolve) => {
    let reason: string | undefined;
    // Without this listener an uncaught error in the worker would end the whole extension host.
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

function runInProcess(file: string, options: HostOptions): SpawnedHost {
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
