// Starts a backend that listens on a port of its own, and waits until it serves there.
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fixedPort, usesPort, usesPortFile } from "../../core/backends/address";
import { backendEndedEarly, backendNotReady } from "../../core/backendErrors";
import {
  backendAnswersNobody,
  backendListensElsewhere,
  backendListensEverywhere,
} from "../../core/backendMessages";
import { DEFAULT_PORT_RANGE } from "../../core/system/ports";
import type { BackendProcess } from "./backendProcess";
import {
  type BackendSpec,
  resolve,
  type ServedBackend,
  type StartBackend,
  type StartContext,
} from "./backendSpec";
import { freePort } from "./freePort";
import { abandon, launch } from "./launch";
import type { BackendOutput } from "./output";
import { clearPortFile, readPortFile } from "./portFile";
import {
  accepts,
  whenAccepting,
  whenAnswering,
  whenWritten,
} from "./readiness";

/** Starts on another port, where a program was faster. */
const MAX_ATTEMPTS = 5;
const IN_USE =
  /EADDRINUSE|address (?:is )?already in use|port \S* ?is (?:already )?in use|only one usage of each socket address/i;
const LOOK_EVERY = 50;

export const startHttp: StartBackend = async (
  spec,
  context,
  output,
  signal,
) => {
  const claimed = new Set<number>();
  const release = (): void => {
    for (const port of claimed) context.ports.delete(port);
  };
  try {
    for (let attempt = 1; ; attempt += 1) {
      const port = usesPort(spec.definition)
        ? await claim(spec, context)
        : null;
      if (port !== null) claimed.add(port);
      const start = new HttpStart(spec, context, output);
      const served = await start.run(port, signal);
      if (typeof served !== "string")
        return {
          ...served,
          stop: () => served.stop().finally(release),
        };
      const isTaken = port !== null && IN_USE.test(output.tail.join("\n"));
      if (!isTaken || attempt === MAX_ATTEMPTS) throw backendEndedEarly(served);
      output.note(`port ${port} is taken: it is started on another one`);
    }
  } catch (error) {
    release();
    throw error;
  }
};

async function claim(
  { id }: BackendSpec,
  { ports }: StartContext,
): Promise<number> {
  const port = await freePort(id, DEFAULT_PORT_RANGE, ports);
  ports.add(port);
  return port;
}

/** One start on one port. */
class HttpStart {
  /** Why it is not ready yet. */
  #reason: string = backendAnswersNobody;

  constructor(
    private readonly spec: BackendSpec,
    private readonly context: StartContext,
    private readonly output: BackendOutput,
  ) {}

  /** A sentence if it has ended before it was ready. Nothing of it is left then, nor after a rejection. */
  async run(
    port: number | null,
    signal: AbortSignal,
  ): Promise<ServedBackend | string> {
    const { spec, context, output } = this;
    const { ready, readyTimeout } = spec.definition;
    const portFile = path.join(context.directory, `${spec.id}.port`);
    const settled = new AbortController();
    const late = AbortSignal.timeout(1_000 * readyTimeout);
    const waiting = AbortSignal.any([signal, late, settled.signal]);
    await clearPortFile(portFile);
    signal.throwIfAborted();
    // Heard from the first line on.
    const written =
      ready.kind === "output"
        ? whenWritten(ready.text, output, waiting)
        : Promise.resolve();
    written.catch(() => undefined);
    const process = await launch(
      spec,
      { portFile, ...(port !== null && { port: String(port) }) },
      context,
      output,
    );
    try {
      const outcome = await Promise.race([
        process.ended,
        written.then(() => this.#whenServing(process, portFile, port, waiting)),
      ]);
      if (typeof outcome !== "string") return outcome;
      await abandon(process, null, spec, context);
      return outcome;
    } catch (error) {
      await abandon(process, port, spec, context);
      if (late.aborted && !signal.aborted)
        throw backendNotReady(readyTimeout, this.#reason);
      throw error;
    } finally {
      settled.abort();
      await clearPortFile(portFile).catch(() => undefined);
    }
  }

  async #whenServing(
    process: BackendProcess,
    portFile: string,
    chosen: number | null,
    signal: AbortSignal,
  ): Promise<ServedBackend> {
    const { spec } = this;
    const port = usesPortFile(spec.definition)
      ? await readPortFile(portFile, accepts, signal)
      : (chosen ?? fixedPort(spec.definition) ?? 0);
    const { url, headers, ready, isMcp } = resolve(spec, {
      port: String(port),
    });
    await whenAccepting(port, signal);
    // Before anything is sent there: the port is known to everybody who can list processes.
    const isWide = await this.#whenItsOwn(process, port, signal);
    const note =
      ready.kind === "http"
        ? await whenAnswering(
            { path: ready.path, isMcp, port, url, headers },
            signal,
          )
        : null;
    return {
      pid: process.pid,
      processStart: process.processStart,
      port,
      url,
      headers,
      warning: note ?? (isWide ? backendListensEverywhere(port) : null),
      ended: process.ended,
      stop: () => process.stop(port),
    };
  }

  /**
   * Waits until nothing speaks against its being the one that answers. Returns whether other machines reach it. A server that
   * runs in a container listens in none of its own processes, but in one of the system's.
   */
  async #whenItsOwn(
    process: BackendProcess,
    port: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    for (;;) {
      const { own, isHeldByAnother } = await process.listening(port);
      const found = own.filter((each) => each.port === port);
      if (!isHeldByAnother && found.length > 0)
        return found.some(({ isLoopback }) => !isLoopback);
      if (!isHeldByAnother && own.length === 0) return false;
      this.#reason = backendListensElsewhere(
        port,
        own.map((each) => each.port).filter((each) => each !== port),
      );
      await delay(LOOK_EVERY, undefined, { signal });
    }
  }
}
