// The only way Berth runs git: an argument array, no shell, and no variable that names another repository.
import { execFile } from "node:child_process";
import { errorCode } from "../errors";
import { gitDidNotAnswer } from "../messages/git";

export type GitResult =
  | {
      readonly kind: "ok";
      readonly stdout: string;
      readonly stderr: string;
    }
  | {
      readonly kind: "failed";
      readonly stderr: string;
      /** undefined if git itself has not come to an end. */
      readonly exitCode: number | undefined;
    }
  | { readonly kind: "noGit" }
  /** It could not be run, or did not finish: nothing is known. The reason is a sentence for the user. */
  | { readonly kind: "noAnswer"; readonly reason: string };

/** The system is out of resources for another process. */
const EXHAUSTED = ["EAGAIN", "EMFILE", "ENFILE", "ENOMEM"];

/** Milliseconds. */
const TIMEOUT = 10_000;

/** They say which repository is meant. All others say how git works for this user, and are passed on. */
const NAME_A_REPOSITORY = new Set([
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_COMMON_DIR",
  "GIT_INDEX_FILE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_NAMESPACE",
  "GIT_PREFIX",
]);

/** For whom git runs. */
export interface GitOptions {
  /** Ends git, which has then given no answer. */
  readonly signal?: AbortSignal;
  /** The user's; this process's own by default. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Milliseconds after which git has given no answer; 10 seconds by default. */
  readonly timeout?: number;
}

/** Runs `git -C directory ...args`. */
export function git(
  directory: string,
  args: readonly string[],
  { signal, environment = process.env, timeout = TIMEOUT }: GitOptions = {},
): Promise<GitResult> {
  return new Promise((resolve) => {
    execFile(
      "git",
      ["-c", "core.fsmonitor=false", "-C", directory, ...args],
      {
        env: cleaned(environment),
        timeout,
        maxBuffer: 64 * 1024 * 1024,
        windowsHide: true,
        signal,
      },
      (error, stdout, stderr) => {
        if (!error) resolve({ kind: "ok", stdout, stderr });
        else if (errorCode(error) === "ENOENT") resolve({ kind: "noGit" });
        else if (
          error.signal ||
          signal?.aborted ||
          EXHAUSTED.includes(errorCode(error) ?? "")
        )
          resolve({ kind: "noAnswer", reason: gitDidNotAnswer(directory) });
        else
          resolve({
            kind: "failed",
            stderr: stderr.trim(),
            exitCode: typeof error.code === "number" ? error.code : undefined,
          });
      },
    );
  });
}

function cleaned(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inherited = Object.entries(environment).filter(
    ([name]) => !NAME_A_REPOSITORY.has(name),
  );
  return {
    ...Object.fromEntries(inherited),
    // Its sentences are read.
    LC_ALL: "C",
    LANGUAGE: "C",
    GIT_OPTIONAL_LOCKS: "0",
  };
}
