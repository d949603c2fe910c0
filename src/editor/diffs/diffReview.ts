// Diffs that agents propose: shown, edited by the user if he likes, and decided exactly once, by whatever comes first.
import { open, stat } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import { cannotShowDiff, UserError } from "../../core/errors";
import { Lifetime } from "../../core/lifetime";
import { done, failed, type Outcome } from "../../core/outcome";
import type { DiffDecision, ProposedDiff } from "../../host/contract";
import { PROPOSAL_SCHEME, ProposalFiles, withoutMark } from "./proposalFiles";
import { closeTabs, isShown, proposalOf, proposalsIn } from "./proposalTabs";
import { Typing } from "./typing";

export interface PendingDiff {
  readonly proposal: ProposedDiff;
  readonly title: string;
  readonly left: vscode.Uri;
  readonly right: vscode.Uri;
}

interface Entry extends PendingDiff {
  readonly settle: (outcome: Outcome<DiffDecision>) => void;
}

export class DiffReview {
  readonly #lifetime = new Lifetime();
  readonly #files = this.#lifetime.own(new ProposalFiles());
  /** Proposals that are about to be shown. */
  readonly #coming = new Map<string, ProposedDiff>();
  readonly #pending = new Map<string, Entry>();
  readonly #typing = this.#lifetime.own(new Typing());
  readonly #changed = this.#lifetime.own(new vscode.EventEmitter<void>());

  /** A diff came or was decided. */
  readonly onDidChange = this.#changed.event;

  constructor() {
    this.#lifetime.own(
      vscode.workspace.registerFileSystemProvider(
        PROPOSAL_SCHEME,
        this.#files,
        { isCaseSensitive: true },
      ),
    );
    this.#lifetime.own(
      this.#files.onDidSave((uri) => {
        const entry = this.of(uri);
        if (entry && !isAutoSaved(uri)) void this.accept(entry);
      }),
    );
    this.#lifetime.own(
      vscode.window.tabGroups.onDidChangeTabs(({ closed, opened }) => {
        for (const uri of closed.flatMap(proposalOf)) this.#noteClosed(uri);
        this.#closeDecided(opened);
      }),
    );
    // Of an earlier extension host: nobody waits for their answer any more.
    this.#closeDecided(vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs));
  }

  /** The oldest first. */
  get pending(): readonly PendingDiff[] {
    return [...this.#pending.values()];
  }

  /** The diff whose right side this is; undefined when it has been decided. */
  of(proposal: vscode.Uri): PendingDiff | undefined {
    return this.pending.find(
      ({ right }) => right.toString() === proposal.toString(),
    );
  }

  /**
   * Shows the diff without taking the focus, and behind the file that a person is typing into: what is being typed stays
   * where it is.
   */
  async open(proposal: ProposedDiff): Promise<Outcome<DiffDecision>> {
    this.#coming.set(proposal.id, proposal);
    try {
      const isNew = await check(proposal);
      if (!this.#coming.delete(proposal.id)) return done({ kind: "rejected" });
      const entry = this.#add(proposal, isNew);
      const decided = new Promise<Outcome<DiffDecision>>((resolve) => {
        this.#pending.set(proposal.id, { ...entry, settle: resolve });
      });
      this.#changed.fire();
      await vscode.commands.executeCommand(
        "vscode.diff",
        ...revealing(entry, {
          preserveFocus: true,
          background: this.#typing.isGoingOn,
        }),
      );
      return await decided;
    } catch (error) {
      this.#coming.delete(proposal.id);
      this.#pending.delete(proposal.id);
      this.#changed.fire();
      if (!(error instanceof UserError)) throw error;
      return failed(error);
    }
  }

  /** Answers with what the user let stand. */
  async accept(diff: PendingDiff): Promise<void> {
    await this.#decide(diff.proposal.id, {
      kind: "accepted",
      content: await readContent(diff),
    });
  }

  async reject({ proposal }: PendingDiff): Promise<void> {
    await this.#decide(proposal.id, { kind: "rejected" });
  }

  /** The agent has taken it back, or is gone. Resolves with what the user let stand until then; null: it is decided. */
  async close(id: string): Promise<string | null> {
    const coming = this.#coming.get(id);
    this.#coming.delete(id);
    const entry = this.#pending.get(id);
    if (!entry) return coming?.contents ?? null;
    const content = await readContent(entry);
    await this.#decide(id, { kind: "rejected" });
    return content;
  }

  async dispose(): Promise<void> {
    for (const { settle } of this.#pending.values())
      settle(done({ kind: "rejected" }));
    await this.#lifetime.dispose();
  }

  /** The host that asked has died, and its agents with it: nobody hears an answer. */
  async rejectAll(): Promise<void> {
    this.#coming.clear();
    await Promise.all(this.pending.map((diff) => this.reject(diff)));
  }

  #add(proposal: ProposedDiff, isNew: boolean): PendingDiff {
    const { id, oldPath, newPath, contents, agent, instance } = proposal;
    const left = isNew
      ? this.#files.add(id, "old", oldPath, "")
      : vscode.Uri.file(oldPath);
    return {
      proposal,
      left,
      right: this.#files.add(id, "new", newPath, contents),
      title: `${path.basename(newPath)}${isNew ? " (new)" : ""} ← ${agent} · ${instance}`,
    };
  }

  /** Does nothing for a diff that is decided: each is answered once. */
  async #decide(id: string, decision: DiffDecision): Promise<void> {
    const entry = this.#pending.get(id);
    if (!entry) return;
    this.#pending.delete(id);
    entry.settle(done(decision));
    this.#changed.fire();
    this.#files.remove(entry.left);
    this.#files.remove(entry.right);
    await closeTabs(entry.right);
  }

  /** Also those that VS Code opens by itself, for what was typed as the diff closed. */
  #closeDecided(tabs: readonly vscode.Tab[]): void {
    for (const uri of tabs.flatMap(proposalsIn))
      if (!this.of(uri)) void closeTabs(uri);
  }

  /** A tab that moves to another group closes here and opens there. */
  #noteClosed(uri: vscode.Uri): void {
    const entry = this.of(uri);
    if (!entry) return;
    setImmediate(() => {
      if (!isShown(uri, proposalOf)) void this.reject(entry);
    });
  }
}

/** Arguments of the command `vscode.diff` that bring a diff to the front. */
export function revealing(
  { left, right, title }: PendingDiff,
  how: { preserveFocus?: boolean; background?: boolean } = {},
): unknown[] {
  // `override`: as text, also where the user has another editor for such files.
  return [left, right, title, { ...how, preview: false, override: true }];
}

/** Whether it is a new file. Throws a UserError where nothing can be compared. */
async function check({
  oldPath,
  newPath,
  contents,
}: ProposedDiff): Promise<boolean> {
  const old = await stat(oldPath).catch(() => undefined);
  if (
    contents.includes("\0") ||
    (old && (!old.isFile() || (await isBinary(oldPath))))
  )
    throw cannotShowDiff(newPath);
  return old === undefined;
}

async function readContent({ proposal, right }: PendingDiff): Promise<string> {
  const document = await vscode.workspace.openTextDocument(right);
  return finalContent(proposal.contents, document.getText());
}

/**
 * The proposal to the letter where the user changed nothing: the editor's own text has one kind of line end throughout,
 * and no byte order mark.
 */
function finalContent(proposed: string, edited: string): string {
  const proposedText = withoutMark(proposed);
  const mark = proposed.slice(0, proposed.length - proposedText.length);
  const editedText = withoutMark(edited);
  const plain = (text: string): string => text.replaceAll(/\r\n?/g, "\n");
  return plain(proposedText) === plain(editedText)
    ? proposed
    : mark + editedText;
}

function isAutoSaved(uri: vscode.Uri): boolean {
  const document = vscode.workspace.textDocuments.find(
    (each) => each.uri.toString() === uri.toString(),
  );
  const autoSave = vscode.workspace
    // With its language, for which the setting may differ.
    .getConfiguration("files", document ?? uri)
    .get<string>("autoSave");
  return autoSave !== undefined && autoSave !== "off";
}

/** As git and the editor tell it: a NUL among the first bytes. */
async function isBinary(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(8192));
    return buffer.subarray(0, bytesRead).includes(0);
  } finally {
    await handle.close();
  }
}
