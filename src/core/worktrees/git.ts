// The one way Berth runs git: an argument array, no shell, no variables or hooks of somebody else.
import { execFile } from "node:child_process";
import { errorCode } from "../errors";

export type GitAnswer =
  | { readonly kind: "ok"; readonly stdout: string }
  | { readonly kind: "failed"; readonly stderr: string }
  | { readonly kind: "noGit" }
  /** It could not be run to its end this time: nothing is known. */
  | { readonly kind: "noAnswer" };

/** The system had nothing left for another process. */
const EXHAUSTED = ["EAGAIN", "EMFILE", "ENFILE", "ENOMEM"];

/** Runs `git -C directory ...args`. Variables such as GIT_DIR, which would point it elsewhere, are not passed on. */
export function git(
  directory: string,
  ...args: readonly string[]
): Promise<GitAnswer> {
  const env: NodeJS.ProcessEnv = { LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0" };
  for (const [name, value] of Object.entries(process.env))
    if (!name.startsWith("GIT_") && name !== "LC_ALL") env[name] = value;
  return new Promise((resolve) => {
    execFile(
      "git",
      ["-c", "core.fsmonitor=false", "-C", directory, ...args],
      { env, timeout: 10_000, maxBuffer: 16 * 1024 * 1024, windowsHide: true },
      (error, stdout, stderr) => {
        if (!error) resolve({ kind: "ok", stdout });
        else if (errorCode(error) === "ENOENT") resolve({ kind: "noGit" });
        else if (error.signal || EXHAUSTED.includes(errorCode(error) ?? ""))
          resolve({ kind: "noAnswer" });
        else resolve({ kind: "failed", stderr: stderr.trim() });
      },
    );
  });
}
