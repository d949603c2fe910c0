// A program of ours in a process of its own, which says what it has to say in one message once it is ready.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

export class Child<Ready> {
  private constructor(
    private readonly process: ChildProcess,
    readonly ready: Ready,
  ) {}

  /** Rejects when it ends before it was ready. */
  static async start<Ready>(
    file: string,
    setup: object = {},
    execArgv: readonly string[] = [],
  ): Promise<Child<Ready>> {
    const child = fork(file, [JSON.stringify(setup)], {
      execArgv: [...execArgv],
    });
    const ready = await new Promise<Ready>((resolve, reject) => {
      child.once("message", (message) => {
        resolve(message as Ready);
      });
      child.once("error", reject);
      child.once("exit", (code, signal) => {
        reject(new Error(`${file} ended with ${String(signal ?? code)}`));
      });
    });
    return new Child(child, ready);
  }

  /** Ends it the polite way and waits for that. */
  async dispose(): Promise<void> {
    const exited = once(this.process, "exit");
    this.process.disconnect();
    await exited;
  }
}

/** Inside the child: what Child.start() was given. */
export function readSetup(): unknown {
  return JSON.parse(process.argv[2] ?? "{}");
}

/** Inside the child: hands over what the parent waits for, and ends with the parent. */
export function announce(ready: object, end: () => unknown): void {
  process.once("disconnect", () => {
    void Promise.resolve(end()).finally(() => process.exit(0));
  });
  process.send?.(ready);
}
