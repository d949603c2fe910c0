// Real git repositories with linked worktrees, in temporary folders.
import { execFile } from "node:child_process";
import { mkdir, realpath, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** Keeps tests independent of the developer's own git configuration. */
const config = [
  ["user.name", "Test"],
  ["user.email", "test@example.com"],
  ["init.defaultBranch", "main"],
  ["commit.gpgSign", "false"],
].flatMap(([key = "", value = ""]) => ["-c", `${key}=${value}`]);

export class GitRepository {
  private constructor(readonly folder: string) {}

  /** Creates a repository with one commit of these files (path to content) on branch main. The folder may exist. */
  static async create(
    folder: string,
    files: Readonly<Record<string, string>> = { "README.md": "# A test\n" },
  ): Promise<GitRepository> {
    await mkdir(folder, { recursive: true });
    const repository = new GitRepository(await realpath(folder));
    await repository.git("init", "--quiet");
    for (const [file, content] of Object.entries(files)) {
      const target = path.join(repository.folder, file);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, content);
    }
    await repository.git("add", "--all");
    await repository.git("commit", "--quiet", "--message", "first");
    return repository;
  }

  /** Runs git here and returns its output without the last newline. */
  async git(...args: string[]): Promise<string> {
    const { stdout } = await execute("git", [...config, ...args], {
      cwd: this.folder,
    });
    return stdout.replace(/\n$/, "");
  }

  /** Adds a linked worktree on a new branch, beside the repository by default, and returns its path. */
  async addWorktree(branch: string, folder?: string): Promise<string> {
    const target =
      folder ?? `${this.folder}-${branch.replaceAll(/[^\w.-]/g, "-")}`;
    await this.git("worktree", "add", "--quiet", "-b", branch, "--", target);
    return realpath(target);
  }
}
