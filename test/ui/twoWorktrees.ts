// A repository and a worktree of it, each in a window of its own.
import path from "node:path";
import { GitRepository } from "../harness/gitRepository";
import { TestHome } from "../harness/testHome";
import { VSCodeServer } from "../harness/vscodeServer";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { openShown } from "./instances";

export interface TwoWorktrees {
  readonly home: TestHome;
  readonly vscode: VSCodeServer;
  readonly repository: GitRepository;
  /** Folders of the repository, and of its worktree of the branch feature-x. */
  readonly app: string;
  readonly feature: string;
  readonly first: WorkbenchWindow;
  readonly second: WorkbenchWindow;
}

/** Resolves when both windows show their instances. The caller stops the server, and then removes the home. */
export async function openTwoWorktrees(
  files: Readonly<Record<string, string>>,
  setup: Omit<Parameters<typeof VSCodeServer.start>[0], "home"> = {},
): Promise<TwoWorktrees> {
  const home = await TestHome.create();
  const repository = await GitRepository.create(
    path.join(home.folder, "app"),
    files,
  );
  const app = repository.folder;
  const feature = await repository.addWorktree("feature-x");
  const vscode = await VSCodeServer.start({ home, ...setup });
  const first = await openShown(vscode, home, app);
  const second = await openShown(vscode, home, feature);
  return { home, vscode, repository, app, feature, first, second };
}
