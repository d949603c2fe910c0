// Runs another program to its end, by its path and arguments, never through a shell.
import type { ChildProcess } from "node:child_process";
import spawn from "cross-spawn";

export interface Finished {
  /** null: ended by a signal, or it took too long. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `timeout` in milliseconds; then it is ended. Rejects if it cannot be started. */
export function runProgram(
  program: string,
  args: readonly string[],
  timeout: number,
): Promise<Finished> {
  const late = AbortSignal.timeout(timeout);
  const child: ChildProcess = spawn(program, [...args], {
    stdio: ["ignore", "pipe", "pipe"],
    signal: late,
    windowsHide: true,
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name]?.setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
  return new Promise((resolve, reject) => {
    child.once("error", (error) => {
      if (!late.aborted) reject(error);
    });
    late.addEventListener("abort", () => {
      // What it has started may hold its streams open for longer.
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve({ code: null, ...output });
    });
    child.once("close", (code: number | null) => {
      resolve({ code, ...output });
    });
  });
}

/** Why it has failed, in one line. */
export function reasonOf({ code, stdout, stderr }: Finished): string {
  const [line = ""] = (stderr.trim() || stdout.trim()).split("\n", 1);
  return (
    line || (code === null ? "it did not end in time" : `exit code ${code}`)
  );
}
