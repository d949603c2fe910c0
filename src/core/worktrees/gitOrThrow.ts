// Runs git where its answer is needed: everything but success is an error that the user can read.
import {
  gitMissing,
  gitRefused,
  gitRefusesTrust,
  gitWasSilent,
  gitWasStopped,
} from "../worktreeErrors";
import { git, type GitOptions, type GitResult } from "./git";
import { gitSentence } from "./gitSentence";

/** Milliseconds for what moves or reads all files of a worktree, or asks a remote. */
const LONG_TIMEOUT = 10 * 60_000;

/** For git commands that may take minutes. */
export function patiently(options?: GitOptions): GitOptions {
  return { timeout: LONG_TIMEOUT, ...options };
}

/** What git has written to its standard output. Throws a UserError if it refused, did not answer, or is not there. */
export async function gitOrThrow(
  directory: string,
  args: readonly string[],
  options?: GitOptions,
): Promise<string> {
  return stdoutOf(await git(directory, args, options), directory, options);
}

/** As gitOrThrow, for an answer that is there already. */
export function stdoutOf(
  answer: GitResult,
  directory: string,
  options?: GitOptions,
): string {
  switch (answer.kind) {
    case "ok":
      return answer.stdout;
    case "noGit":
      throw gitMissing();
    case "noAnswer":
      throw options?.signal?.aborted
        ? gitWasStopped(directory)
        : gitWasSilent(directory);
    case "failed":
      if (answer.stderr.includes("dubious ownership"))
        throw gitRefusesTrust(directory);
      throw gitRefused(directory, gitSentence(answer.stderr));
  }
}

/** What git prints as one line, which may itself hold line breaks. */
export async function gitLine(
  directory: string,
  args: readonly string[],
  options?: GitOptions,
): Promise<string> {
  return (await gitOrThrow(directory, args, options)).replace(/\n$/, "");
}

/**
 * For questions that git answers with "no" by a silent exit code: undefined. Throws a UserError where it says anything else,
 * or nothing was heard of it.
 */
export async function gitIfAny(
  directory: string,
  args: readonly string[],
  options?: GitOptions,
): Promise<string | undefined> {
  const answer = await git(directory, args, options);
  return answer.kind === "failed" &&
    answer.exitCode === 1 &&
    answer.stderr === ""
    ? undefined
    : stdoutOf(answer, directory, options);
}
