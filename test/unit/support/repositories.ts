// Real git repositories for tests, independent of the developer's own git configuration.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Ground, setEnvironment } from "./ground";

function environment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith("GIT_"),
  );
  return {
    ...Object.fromEntries(inherited),
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "Test",
    GIT_AUTHOR_EMAIL: "test@example.com",
    GIT_COMMITTER_NAME: "Test",
    GIT_COMMITTER_EMAIL: "test@example.com",
  };
}

export function git(directory: string, ...args: string[]): string {
  return execFileSync(
    "git",
    ["-c", "protocol.file.allow=always", "-C", directory, ...args],
    { env: environment(), encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] },
  ).trim();
}

/** Creates a repository with one file, `a.txt`, in one commit. */
export function makeRepository(directory: string, branch = "main"): string {
  mkdirSync(directory, { recursive: true });
  git(directory, "init", "--quiet", `--initial-branch=${branch}`);
  writeFileSync(path.join(directory, "a.txt"), "one\ntwo\nthree\n");
  git(directory, "add", "a.txt");
  git(directory, "commit", "--quiet", "--message=first");
  return directory;
}

/** Adds a linked worktree on a new branch. */
export function addWorktree(
  repository: string,
  directory: string,
  branch: string,
): string {
  git(repository, "worktree", "add", "--quiet", "-b", branch, directory);
  return directory;
}

export function removeWorktree(repository: string, directory: string): void {
  git(repository, "worktree", "remove", "--force", directory);
}

/** Until the test ends, runs a line of shell with git's arguments before git itself. */
export function wrapGit(ground: Ground, line: string): void {
  const bin = ground.make("bin");
  writeFileSync(
    path.join(bin, "git"),
    `#!/bin/sh\n${line}\nPATH="$REAL_PATH" exec git "$@"\n`,
    { mode: 0o755 },
  );
  const found = process.env["PATH"] ?? "";
  setEnvironment(ground, { REAL_PATH: found, PATH: `${bin}:${found}` });
}

/**
 * An environment whose git meets one of its commands (such as "status", or "worktree list") with a line of shell, and is
 * git itself otherwise. Only for what is told to use it.
 */
export function gitWith(
  ground: Ground,
  command: string,
  line: string,
): NodeJS.ProcessEnv {
  const bin = ground.make("bin", command.replaceAll(" ", "-"));
  const found = process.env["PATH"] ?? "";
  // After `-c core.fsmonitor=false -C directory`.
  writeFileSync(
    path.join(bin, "git"),
    `#!/bin/sh
case "$5 $6 " in ${command.replaceAll(" ", "\\ ")}\\ *) ${line};; esac
PATH="$REAL_PATH" exec git "$@"
`,
    { mode: 0o755 },
  );
  return { ...process.env, REAL_PATH: found, PATH: `${bin}:${found}` };
}
