// Runs one of our programs in a child process, which reports in a single message once it is ready.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

export class Child<Ready> {
  private constructor(
    private readonly process: ChildProcess,
    readonly ready: Ready,
  ) {}

  /** Rejects if the child ends before it is ready. */
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

  /** Sends a command and resolves with the child's next message. */
  async request<Answer>(command: object): Promise<Answer> {
    const answered = once(this.process, "message");
    this.process.send(command);
    const [answer] = (await answered) as [Answer];
    return answer;
  }

  /** Shuts the child down gracefully and waits for its exit. */
  async dispose(): Promise<void> {
    const exited = once(this.process, "exit");
    this.process.disconnect();
    await exited;
  }
}

/** In the child: the setup passed to Child.start(). */
export function readSetup(): unknown {
  return JSON.parse(process.argv[2] ?? "{}");
}

/** In the child: sends what the parent waits for, and ends with the parent. */
export function announce(ready: object, end: () => unknown): void {
  process.once("disconnect", () => {
    void Promise.resolve(end()).finally(() => process.exit(0));
  });
  process.send?.(ready);
}
