// Pull requests (merge requests at GitLab), as far as git's remotes name them.
import { messageOf } from "../errors";
import { listRemotes } from "./branches";
import type { GitOptions } from "./git";
import { gitOrThrow } from "./gitOrThrow";
import { withoutPrompts } from "./withoutPrompts";

export interface PullRequest {
  /** The remote's name. */
  readonly remote: string;
  readonly number: number;
  /** At the remote, such as "refs/pull/7/head". */
  readonly ref: string;
}

export interface PullRequestList {
  /** The highest number first; closed ones too, because git cannot tell. */
  readonly pullRequests: readonly PullRequest[];
  /** Remotes that did not answer, and why. */
  readonly silentRemotes: readonly {
    readonly remote: string;
    readonly reason: string;
  }[];
}

const PATTERNS = ["refs/pull/*/head", "refs/merge-requests/*/head"] as const;

/** Milliseconds for a remote to answer. */
const REMOTE_TIMEOUT = 30_000;

/** Asks each remote once, all at the same time; none can make it wait for a password. */
export async function listPullRequests(
  directory: string,
  options?: GitOptions,
): Promise<PullRequestList> {
  const remotes = await listRemotes(directory, options);
  const quiet = await withoutPrompts(directory, {
    timeout: REMOTE_TIMEOUT,
    ...options,
  });
  const answers = await Promise.all(
    remotes.map(async (remote) => {
      try {
        const args = ["ls-remote", "--", remote, ...PATTERNS];
        const stdout = await gitOrThrow(directory, args, quiet);
        return { remote, pullRequests: parsePullRequests(stdout, remote) };
      } catch (error) {
        return { remote, reason: messageOf(error) };
      }
    }),
  );
  return {
    pullRequests: answers
      .flatMap(({ pullRequests = [] }) => pullRequests)
      .sort((a, b) => b.number - a.number),
    silentRemotes: answers.flatMap(({ remote, reason }) =>
      reason === undefined ? [] : { remote, reason },
    ),
  };
}

/** Lines of a commit, a tab and a ref. */
function parsePullRequests(stdout: string, remote: string): PullRequest[] {
  return stdout.split("\n").flatMap((line) => {
    const found = /\t(refs\/(?:pull|merge-requests)\/(\d+)\/head)$/.exec(line);
    return found?.[1] === undefined
      ? []
      : { remote, number: Number(found[2]), ref: found[1] };
  });
}
