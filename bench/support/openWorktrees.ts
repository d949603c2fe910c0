// The instance host of a person with many worktrees, in a process of its own.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { supervisorFile } from "../../test/unit/support/root";
import type {
  Command,
  Report,
  WorktreesReady,
  WorktreesSetup,
} from "../programs/worktreesProcess";
import { Child } from "./child";
import { Ground } from "./ground";
import { programs } from "./programs";
import { readRecords } from "./records";

export interface OpenedWorktrees {
  readonly setup: WorktreesSetup;
  readonly endpoints: readonly { port: number; token: string }[];
  command(command: Command): Promise<Report>;
  dispose(): Promise<void>;
}

/** An instance host with that many linked worktrees, tabs and files with problems. The caller disposes it. */
export async function openWorktrees(
  count: number,
  tabs: number,
  filesWithProblems: number,
): Promise<OpenedWorktrees> {
  const ground = new Ground();
  const { home, lockDirectory } = ground;
  const setup: WorktreesSetup = {
    bundle: supervisorFile,
    home,
    lockDirectory,
    worktrees: linkedWorktrees(ground.directory, count),
    tabs,
    filesWithProblems,
  };
  const child = await Child.start<WorktreesReady>(programs.worktrees, setup);
  const tokens = readRecords(home);
  return {
    setup,
    endpoints: child.ready.ports.map((port) => ({
      port,
      token: tokens.get(port) ?? "",
    })),
    command: (command) => child.request<Report>(command),
    dispose: async () => {
      await child.dispose();
      await ground.dispose();
    },
  };
}

/** Of one repository; each holds a file that is really there. */
function linkedWorktrees(directory: string, count: number): string[] {
  const main = path.join(directory, "app");
  mkdirSync(main);
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", main, ...args], { stdio: "ignore" });
  git("init", "--quiet", "--initial-branch=main");
  writeFileSync(path.join(main, "file-0.ts"), "one\n");
  git("add", ".");
  git(
    ...["-c", "user.name=Bench", "-c", "user.email=bench@example.com"],
    ...["commit", "--quiet", "--message=first"],
  );
  return Array.from({ length: count }, (_, index) => {
    if (index === 0) return main;
    const folder = path.join(directory, `feature-${index}`);
    git("worktree", "add", "--quiet", "-b", `feature-${index}`, folder);
    return folder;
  });
}
