// The branches of a repository.
import {
  branchExists,
  branchNameBlocked,
  branchNameInvalid,
} from "../messages/worktrees";
import { allWorktrees } from "./allWorktrees";
import { git, type GitOptions } from "./git";
import { gitOrThrow, stdoutOf } from "./gitOrThrow";

export interface Branch {
  /** "feature/x", or "origin/feature/x". */
  readonly name: string;
  /** Path of the worktree that has it checked out. */
  readonly checkedOutIn: string | null;
  /** Milliseconds since 1970. */
  readonly committedAt: number;
  readonly subject: string;
}

export interface BranchList {
  /** The newest first. */
  readonly local: readonly Branch[];
  /** The newest first; also those that have a local branch. */
  readonly remote: readonly Branch[];
  /** What a new branch starts from unless the user says otherwise; null where there is no branch. */
  readonly defaultBase: string | null;
  /** Names of remotes. */
  readonly remotes: readonly string[];
}

const LOCAL = "refs/heads/";
const REMOTE = "refs/remotes/";

const FIELDS = [
  "refname",
  "symref",
  "committerdate:unix",
  "contents:subject",
] as const;

/** Throws a UserError where git refuses or does not answer. */
export async function listBranches(
  directory: string,
  options?: GitOptions,
): Promise<BranchList> {
  const format = FIELDS.map((field) => `%(${field})%00`).join("");
  const [refs, entries, remotes] = await Promise.all([
    gitOrThrow(
      directory,
      [
        "for-each-ref",
        "--sort=-committerdate",
        `--format=${format}`,
        LOCAL,
        REMOTE,
      ],
      options,
    ),
    allWorktrees(directory, options),
    listRemotes(directory, options),
  ]);
  // git lists the HEAD of a bare repository as well, where nothing is checked out.
  const checkedOut = new Map(
    entries.map(({ branch, path }) => [branch, path] as const),
  );
  const local: Branch[] = [];
  const remote: Branch[] = [];
  const remoteHeads = new Map<string, string>();
  for (const [refname, symref, date, subject] of recordsOf(refs)) {
    const isLocal = refname.startsWith(LOCAL);
    const name = refname.slice((isLocal ? LOCAL : REMOTE).length);
    if (symref !== "") {
      if (!isLocal) remoteHeads.set(name, symref.slice(REMOTE.length));
      continue;
    }
    const checkedOutIn = isLocal ? (checkedOut.get(name) ?? null) : null;
    const committedAt = Number(date) * 1000;
    (isLocal ? local : remote).push({
      name,
      checkedOutIn,
      committedAt,
      subject,
    });
  }
  const names = new Set([...remote, ...local].map(({ name }) => name));
  const [current] = entries.flatMap(({ branch }) => branch ?? []);
  const bases = [
    remoteHeads.get("origin/HEAD"),
    ...remoteHeads.values(),
    "main",
    "master",
    current,
    local[0]?.name,
    remote[0]?.name,
  ];
  const base = bases.find((each) => each !== undefined && names.has(each));
  return { local, remote, defaultBase: base ?? null, remotes };
}

/** Names of remotes, in git's order. */
export async function listRemotes(
  directory: string,
  options?: GitOptions,
): Promise<readonly string[]> {
  const stdout = await gitOrThrow(directory, ["remote"], options);
  return stdout.split("\n").filter((name) => name !== "");
}

/** Why no branch of that name can be made: a sentence; null if one can. */
export async function checkBranchName(
  directory: string,
  name: string,
  options?: GitOptions,
): Promise<string | null> {
  const answer = await git(
    directory,
    ["check-ref-format", "--branch", name],
    options,
  );
  const isRefused =
    answer.kind === "failed" &&
    answer.stderr.includes("is not a valid branch name");
  // git takes "@{-1}" for the branch before this one.
  if (isRefused || stdoutOf(answer, directory, options) !== `${name}\n`)
    return branchNameInvalid(name);
  const folders = name
    .split("/")
    .map((_, index, parts) => parts.slice(0, index + 1).join("/"));
  const near = await gitOrThrow(
    directory,
    [
      "for-each-ref",
      "--format=%(refname)",
      ...folders.map((folder) => LOCAL + folder),
    ],
    options,
  );
  const existing = near
    .split("\n")
    .filter((ref) => ref !== "")
    .map((ref) => ref.slice(LOCAL.length));
  if (existing.includes(name)) return branchExists(name);
  const blocking = existing.find(
    (other) => other.startsWith(`${name}/`) || name.startsWith(`${other}/`),
  );
  return blocking === undefined ? null : branchNameBlocked(name, blocking);
}

/** The end of a record is a newline, the end of a field NUL. */
function recordsOf(
  stdout: string,
): (readonly [string, string, string, string])[] {
  const fields = stdout.split("\0");
  const records: (readonly [string, string, string, string])[] = [];
  for (let at = 0; at + FIELDS.length < fields.length; at += FIELDS.length) {
    const [refname = "", symref = "", date = "", subject = ""] = fields.slice(
      at,
      at + FIELDS.length,
    );
    records.push([refname.replace(/^\n/, ""), symref, date, subject]);
  }
  return records;
}
