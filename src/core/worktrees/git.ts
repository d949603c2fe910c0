// The only way Berth runs git: an argument array, no shell, no foreign variables or hooks.
import { execFile } from "node:child_process";
import { errorCode } from "../errors";

export type GitResult =
  | { readonly kind: "ok"; readonly stdout: string }
  | { readonly kind: "failed"; readonly stderr: string }
  | { readonly kind: "noGit" }
  /** It could not be run, or did not finish: nothing is known. */
  | { readonly kind: "noAnswer" };

/** The system is out of resources for another process. */
const EXHAUSTED = ["EAGAIN", "EMFILE", "ENFILE", "ENOMEM"];

/**
 * Runs `git -C directory ...args`, without variables such as GIT_DIR that would redirect it. Aborted by `signal`, it
 * resolves with "noAnswer".
 */
export function git(
  directory: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<GitResult> {
  const env: NodeJS.ProcessEnv = { LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0" };
  for (const [name, value] of Object.entries(process.env))
    if (!name.startsWith("GIT_") && name !== "LC_ALL") env[name] = value;
  return new Promise((resolve) => {
    execFile(
      "git",
      ["-c", "core.fsmonitor=false", "-C", directory, ...args],
      {
        env,
        timeout: 10_000,
        maxBuffer: 16 * 1024 * 1024,
        windowsHide: true,
        signal,
      },
      (error, stdout, stderr) => {
        if (!error) resolve({ kind: "ok", stdout });
        else if (errorCode(error) === "ENOENT") resolve({ kind: "noGit" });
        else if (
          error.signal ||
          signal?.aborted ||
          EXHAUSTED.includes(errorCode(error) ?? "")
        )
          resolve({ kind: "noAnswer" });
        else resolve({ kind: "failed", stderr: stderr.trim() });
      },
    );
  });
}
