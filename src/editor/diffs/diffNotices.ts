// Tells of a diff that comes while the user looks elsewhere. Where the window is in front, they see it.
import path from "node:path";
import * as vscode from "vscode";
import { diffProposed } from "../../core/messages/diffs";
import { Lifetime } from "../../core/lifetime";
import { escapeMessage } from "../escape";
import type { CurrentSettings } from "../settings/settings";
import type { DiffReview, PendingDiff } from "./diffReview";

export class DiffNotices {
  readonly #lifetime = new Lifetime();
  #known: ReadonlySet<string> = new Set();

  constructor(
    private readonly diffs: DiffReview,
    private readonly settings: CurrentSettings,
  ) {
    this.#lifetime.own(
      diffs.onDidChange(() => {
        this.#look();
      }),
    );
  }

  dispose(): Promise<void> {
    return this.#lifetime.dispose();
  }

  #look(): void {
    const { pending } = this.diffs;
    const added = pending.filter(
      ({ proposal }) => !this.#known.has(proposal.id),
    );
    this.#known = new Set(pending.map(({ proposal }) => proposal.id));
    if (!this.settings.value.notifyDiffs || vscode.window.state.focused) return;
    for (const diff of added) void this.#notify(diff);
  }

  async #notify(diff: PendingDiff): Promise<void> {
    const { agent, instance, newPath } = diff.proposal;
    const review = "Review";
    const answer = await vscode.window.showInformationMessage(
      escapeMessage(diffProposed(agent, path.basename(newPath), instance)),
      review,
    );
    // It may have been decided meanwhile.
    if (answer === review && this.diffs.of(diff.right))
      await this.diffs.show(diff);
  }
}
