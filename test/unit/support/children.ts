// Runs the jobs of child.ts in their own processes, and ends them with the test.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { until } from "../../harness/until";
import type { Jobs } from "./child";
import type { Ground } from "./ground";
import { root } from "./root";

interface Answer<Name extends keyof Jobs> {
  readonly answer: Awaited<ReturnType<Jobs[Name]>>;
}

export class Child<Name extends keyof Jobs> {
  #isReady = false;
  #answer: Answer<Name> | undefined;
  #errorOutput = "";
  readonly #process: ChildProcess;

  constructor(
    ground: Ground,
    private readonly name: Name,
    ...args: Parameters<Jobs[Name]>
  ) {
    this.#process = fork(
      path.join(root, "out", "test", "unit", "support", "child.js"),
      [name, JSON.stringify(args)],
      { stdio: ["ignore", "ignore", "pipe", "ipc"] },
    );
    this.#process.on("message", (message) => {
      if (message === "ready") this.#isReady = true;
      else this.#answer = message as Answer<Name>;
    });
    this.#process.stderr?.on("data", (chunk: Buffer) => {
      this.#errorOutput += chunk.toString();
    });
    ground.defer(() => this.kill());
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Resolves when it has loaded everything and is waiting for go(). */
  async ready(): Promise<void> {
    await until(
      `the child "${this.name}" is ready`,
      () => {
        this.#checkAlive();
        return this.#isReady;
      },
      30_000,
    );
  }

  /** Starts the job. */
  go(): void {
    this.#process.send("go");
  }

  async answer(): Promise<Awaited<ReturnType<Jobs[Name]>>> {
    const { answer } = await until(
      `an answer of the child "${this.name}"`,
      () => {
        if (!this.#answer) this.#checkAlive();
        return this.#answer;
      },
      30_000,
    );
    return answer;
  }

  async run(): Promise<Awaited<ReturnType<Jobs[Name]>>> {
    await this.ready();
    this.go();
    return this.answer();
  }

  /** For a window: shuts it down gracefully, and resolves when the process has ended. */
  async close(): Promise<void> {
    const exited = once(this.#process, "exit");
    this.#process.send("close");
    await exited;
  }

  /** Kills it, without a chance to clean up. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null)
      return;
    const exited = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exited;
  }

  #checkAlive(): void {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null)
      throw new Error(
        `The child "${this.name}" has ended: ${this.#errorOutput}`,
      );
  }
}
