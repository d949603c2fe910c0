// Wraps an extension's main file in a real extension host, and records how long loading and activating it take. The
// extension's probe.json names the file to write to.
import { appendFileSync, readFileSync } from "node:fs";
import path from "node:path";

export interface ProbeEntry {
  readonly extension: string;
  readonly pid: number;
  /** Milliseconds on the main thread: requiring the main file, and activate(). */
  readonly load: number;
  readonly call: number;
  /** When activate() was called, in milliseconds since 1970. */
  readonly calledAt: number;
}

export interface ProbeSetup {
  readonly extension: string;
  readonly main: string;
  readonly notes: string;
}

interface Extension {
  activate(context: unknown): unknown;
  deactivate?(): unknown;
}

const setup = JSON.parse(
  readFileSync(path.join(__dirname, "probe.json"), "utf8"),
) as ProbeSetup;

const loading = performance.now();
// eslint-disable-next-line @typescript-eslint/no-require-imports -- this is how the extension host loads a main file
const extension = require(path.join(__dirname, setup.main)) as Extension;
const load = performance.now() - loading;

export function activate(context: unknown): unknown {
  const calledAt = performance.timeOrigin + performance.now();
  const calling = performance.now();
  const result = extension.activate(context);
  const call = performance.now() - calling;
  setTimeout(() => {
    const entry: ProbeEntry = {
      extension: setup.extension,
      pid: process.pid,
      load,
      call,
      calledAt,
    };
    appendFileSync(setup.notes, `${JSON.stringify(entry)}\n`);
  }, 1_000);
  return result;
}

export const deactivate = (): unknown => extension.deactivate?.();
