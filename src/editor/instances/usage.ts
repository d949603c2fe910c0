// How much memory backends and Berth's server use. It is measured only while a user may see it, and without a process
// for it unless the user asks.
import { isDeepStrictEqual } from "node:util";
import * as vscode from "vscode";
import { Lifetime } from "../../core/lifetime";
import { formatServer } from "../../core/messages/usage";
import { memoryOfTrees } from "../../core/system/processMemory";
import type { BackendList } from "../backends/backendList";
import type { CurrentSettings } from "../settings/settings";
import type { Machine } from "./machine";
import type { WindowInstances } from "./windowInstances";

/** Milliseconds. */
const LOOK_EVERY = 12_000;
/** Milliseconds: views are not drawn more often by it. */
const LEAST_PAUSE = 10_000;
/** Milliseconds after which a figure is not shown any more. */
const FORGET_AFTER = 3 * LOOK_EVERY;
/** A figure is kept until it is wrong by more: VS Code closes a tooltip that changes. */
const TOLERANCE = 0.1;

export interface UsageOptions {
  readonly instances: WindowInstances;
  readonly machine: Machine;
  readonly backends: BackendList;
  readonly settings: CurrentSettings;
}

export class Usage {
  readonly #lifetime = new Lifetime();
  readonly #changed = this.#lifetime.own(new vscode.EventEmitter<void>());
  /** Bytes, by pid. */
  #memory: ReadonlyMap<number, number> = new Map();
  /** By the monotonic clock. */
  #measuredAt = -Infinity;
  #looking: Promise<void> | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(private readonly options: UsageOptions) {
    this.#lifetime.own(
      options.settings.onDidChange(() => {
        this.#changed.fire();
      }),
    );
    // Elsewhere only look() asks, at a user's own doing: each time takes a process.
    if (process.platform !== "linux") return;
    const lookIfSeen = (): void => {
      if (vscode.window.state.focused) void this.look();
    };
    const timer = setInterval(lookIfSeen, LOOK_EVERY);
    this.#lifetime.defer(() => {
      clearInterval(timer);
    });
    this.#lifetime.own(vscode.window.onDidChangeWindowState(lookIfSeen));
  }

  get isShown(): boolean {
    return this.options.settings.value.showUsage;
  }

  /** Bytes that the process and its descendants use; undefined: not measured lately. */
  memoryOf(pid: number | null): number | undefined {
    return pid !== null && performance.now() - this.#measuredAt < FORGET_AFTER
      ? this.#memory.get(pid)
      : undefined;
  }

  /** What the process that serves this window uses for all its instances; empty: not known. */
  get server(): string {
    const pid = this.#serverPid;
    const memory = this.memoryOf(pid ?? null);
    if (memory === undefined || !this.isShown) return "";
    const { instances } = this.options.machine.view;
    const served = instances.filter((each) => each.pid === pid);
    return formatServer(memory, Math.max(served.length, 1));
  }

  /** Measures it if that has not been done lately. Never rejects. */
  look(): Promise<void> {
    return (this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    }));
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }

  async #look(): Promise<void> {
    const pids = this.#pids();
    const isRecent = performance.now() - this.#measuredAt < LEAST_PAUSE;
    if (!this.isShown || pids.length === 0 || isRecent) return;
    this.#measuredAt = performance.now();
    const measured = await memoryOfTrees(pids).catch(
      () => new Map<number, number>(),
    );
    const memory = new Map(
      [...measured].map(([pid, bytes]) => {
        const known = this.#memory.get(pid);
        const isSame =
          known !== undefined && Math.abs(bytes - known) < known * TOLERANCE;
        return [pid, isSame ? known : bytes];
      }),
    );
    if (this.#lifetime.isEnded || isDeepStrictEqual(memory, this.#memory))
      return;
    this.#memory = memory;
    this.#changed.fire();
  }

  #pids(): number[] {
    const { instances, machine, backends } = this.options;
    return [
      ...(this.#serverPid === undefined ? [] : [this.#serverPid]),
      ...backends.views.flatMap(({ state }) =>
        state.kind === "ready" ? [state.pid] : [],
      ),
      ...machine
        .beside(instances)
        .filter(({ liveness }) => liveness === "live")
        .flatMap((each) => each.backends.flatMap(({ pid }) => pid ?? [])),
    ];
  }

  /** undefined: there is none, or it is the window's own process, whose memory is mostly others'. */
  get #serverPid(): number | undefined {
    return this.options.instances.views
      .flatMap(({ state }) => (state.kind === "running" ? [state.pid] : []))
      .find((pid) => pid !== process.pid);
  }
}
