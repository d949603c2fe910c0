// The command lines of berth.setup, which run in each new worktree: each list is shown to the user before it first runs, and again
// when it has changed.
import { createHash } from "node:crypto";
import * as vscode from "vscode";
import {
  maySetupRun,
  setupIsNotRemembered,
  setupIsRemembered,
  setupSource,
} from "../../core/messages/worktreeCommands";
import type { CurrentSettings } from "../settings/settings";

/** In the state of the workspace, so that another one asks for itself: hashes of the lists that were allowed. */
const KEY = "allowedSetups";

export class SetupCommands {
  constructor(
    private readonly state: vscode.Memento,
    private readonly settings: CurrentSettings,
  ) {}

  /** What is to run in a new worktree; undefined: the user does not want one any more. A pull request's is asked about each time. */
  async agree(isPullRequest: boolean): Promise<readonly string[] | undefined> {
    const { lines, isOfWorkspace } = this.settings.value.setup;
    if (lines.length === 0) return [];
    const hash = createHash("sha256")
      .update(JSON.stringify(lines))
      .digest("hex");
    const allowed = this.state.get<readonly string[]>(KEY, []);
    if (!isPullRequest && allowed.includes(hash)) return lines;
    const run = "Run Commands";
    const skip = "Go On Without";
    const answer = await vscode.window.showWarningMessage(
      maySetupRun(isPullRequest),
      {
        modal: true,
        detail: [
          ...lines,
          "",
          setupSource(isOfWorkspace),
          isPullRequest ? setupIsNotRemembered : setupIsRemembered,
        ].join("\n"),
      },
      run,
      skip,
    );
    if (answer === skip) return [];
    if (answer !== run) return undefined;
    if (!isPullRequest) await this.state.update(KEY, [...allowed, hash]);
    return lines;
  }
}
