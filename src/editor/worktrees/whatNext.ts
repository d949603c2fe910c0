// What a worktree is for, once it is made.
import * as vscode from "vscode";
import { unwrap } from "../../core/outcome";
import { openFolder, type TargetContext } from "../instances/target";

export type Next = (context: TargetContext, worktree: string) => Promise<void>;

const choices: readonly {
  readonly label: string;
  readonly description: string;
  readonly next: Next;
}[] = [
  {
    label: "$(multiple-windows) Open in New Window",
    description: "This window stays as it is",
    next: (_context, worktree) => openFolder(vscode.Uri.file(worktree)),
  },
  {
    label: "$(root-folder-opened) Add to This Window",
    description: "One more folder of this workspace",
    next: (_context, worktree) => {
      const { workspaceFolders = [] } = vscode.workspace;
      const uri = vscode.Uri.file(worktree);
      vscode.workspace.updateWorkspaceFolders(workspaceFolders.length, 0, {
        uri,
      });
      return Promise.resolve();
    },
  },
  {
    label: "$(robot) Only Start an Agent There",
    description: "In a terminal of this window",
    next: async ({ connection, terminals }, worktree) => {
      await terminals.open(unwrap(await connection.host.start(worktree)));
    },
  },
];

/** undefined: the user has left it. */
export async function chooseNext(title: string): Promise<Next | undefined> {
  const picked = await vscode.window.showQuickPick(choices, {
    title,
    placeHolder: "Choose what to do with the worktree once it is made",
    ignoreFocusOut: true,
  });
  return picked?.next;
}
