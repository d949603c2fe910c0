// Shows the diffs that agents propose. The user may edit them; each is decided exactly once, by the first event.
import path from "node:path";
import * as vscode from "vscode";
import { UserError } from "../../core/errors";
import { Lifetime } from "../../core/lifetime";
import { done, failed, type Outcome } from "../../core/outcome";
import type { DiffDecision, ProposedDiff } from "../../host/contract";
import { checkIsNew } from "./comparable";
import {
  PROPOSAL_SCHEME,
  ProposalFiles,
  stripByteOrderMark,
} from "./proposalFiles";
import {
  closeTabs,
  isShown,
  proposalInDiff,
  proposalInTab,
} from "./proposalTabs";
import { finalContent } from "./finalContent";
import { ProposalEdits } from "./proposalEdits";
import { TypingDetector } from "./typingDetector";

export interface PendingDiff {
  readonly proposal: ProposedDiff;
  readonly title: string;
  readonly left: vscode.Uri;
  readonly right: vscode.Uri;
}

interface ReviewEntry extends PendingDiff {
  /** undefined: the host that asked has ended, and with it the agent's connection. */
  settle: ((outcome: Outcome<DiffDecision>) => void) | undefined;
}

export class DiffReview {
  readonly #lifetime = new Lifetime();
  readonly #files = this.#lifetime.own(new ProposalFiles());
  /** Proposals that are being opened. */
  readonly #opening = new Map<string, ProposedDiff>();
  readonly #pending = new Map<string, ReviewEntry>();
  /** The host has asked for what waits. */
  #isInformed = false;
  #keepsUnawaited = false;
  readonly #typing = this.#lifetime.own(new TypingDetector());
  readonly #edits = this.#lifetime.own(
    new ProposalEdits((uri) => this.of(uri)?.proposal),
  );
  readonly #changed = this.#lifetime.own(new vscode.EventEmitter<void>());

  /** Fires when a diff is added or decided. */
  readonly onDidChange = this.#changed.event;
  /** Fires while the user edits a diff, with all of its text. */
  readonly onDidEdit = this.#edits.onDidEdit;

  constructor() {
    this.#lifetime.own(
      vscode.workspace.registerFileSystemProvider(
        PROPOSAL_SCHEME,
        this.#files,
        { isCaseSensitive: true },
      ),
    );
    this.#lifetime.own(
      vscode.window.tabGroups.onDidChangeTabs(({ closed, opened }) => {
        for (const uri of closed.flatMap(proposalInDiff))
          this.#rejectIfClosed(uri);
        if (this.#isInformed) this.#closeDecidedTabs(opened);
      }),
    );
  }

  /** Oldest first. */
  get pending(): readonly PendingDiff[] {
    return [...this.#pending.values()];
  }

  /** The pending diff with this right side; undefined once it is decided. */
  of(proposal: vscode.Uri): PendingDiff | undefined {
    return this.pending.find(
      ({ right }) => right.toString() === proposal.toString(),
    );
  }

  /**
   * Shows the diff without taking focus, and in a background tab while the user is typing in another file. One that is shown
   * already stays as it is: after a reload of this window, or when the host has died, it is asked for again.
   */
  async open(proposal: ProposedDiff): Promise<Outcome<DiffDecision>> {
    const shown = this.#pending.get(proposal.id) ?? this.#unawaited(proposal);
    if (shown) return this.#decision({ ...shown, proposal });
    this.#opening.set(proposal.id, proposal);
    try {
      const isNew = await checkIsNew(proposal);
      if (!this.#opening.delete(proposal.id)) return done({ kind: "rejected" });
      const entry = this.#add(proposal, isNew);
      const decided = this.#decision(entry);
      if (proposal.edited !== null)
        await restoreEdit(entry.right, proposal.edited);
      await vscode.commands.executeCommand(
        "vscode.diff",
        ...diffCommandArguments(entry, {
          preserveFocus: true,
          background: this.#typing.isActive,
        }),
      );
      return await decided;
    } catch (error) {
      this.#opening.delete(proposal.id);
      this.#pending.delete(proposal.id);
      this.#changed.fire();
      if (!(error instanceof UserError)) throw error;
      return failed(error);
    }
  }

  /** Brings it to the front. */
  async show(diff: PendingDiff): Promise<void> {
    await vscode.commands.executeCommand(
      "vscode.diff",
      ...diffCommandArguments(diff),
    );
  }

  /** Answers the agent with the proposal as the user has edited it. */
  async accept(diff: PendingDiff): Promise<void> {
    await this.#decide(diff.proposal.id, {
      kind: "accepted",
      content: await readContent(diff),
    });
  }

  /** `reason`: for an agent that takes one. */
  async reject({ proposal }: PendingDiff, reason?: string): Promise<void> {
    await this.#decide(proposal.id, {
      kind: "rejected",
      ...(reason !== undefined && { reason }),
    });
  }

  /** The agent withdrew the diff or disconnected. Resolves with the text as edited so far; null if already decided. */
  async close(id: string): Promise<string | null> {
    const opening = this.#opening.get(id);
    this.#opening.delete(id);
    const entry = this.#pending.get(id);
    if (!entry) return opening?.contents ?? null;
    const content = await readContent(entry);
    await this.#decide(id, { kind: "rejected" });
    return content;
  }

  /** The window closes: whatever the user has typed is to be told before. */
  flushEdits(): void {
    this.#edits.flush();
  }

  async dispose(): Promise<void> {
    for (const { settle } of this.#pending.values())
      settle?.(done({ kind: "rejected" }));
    await this.#lifetime.dispose();
  }

  /**
   * The connection to the host has ended. Diffs stay until it asks for them again; those of a host that is gone, until
   * somebody decides, or the agent proposes the same again.
   */
  noteConnectionEnded(isHostGone: boolean): void {
    this.#opening.clear();
    this.#isInformed = false;
    this.#keepsUnawaited = isHostGone;
    for (const entry of this.#pending.values()) entry.settle = undefined;
  }

  /** To be called once the host has asked for all diffs that wait: a tab of any other one is left over. */
  closeForgotten(): void {
    if (this.#isInformed) return;
    this.#isInformed = true;
    if (!this.#keepsUnawaited)
      for (const [id, { settle }] of this.#pending)
        if (!settle) void this.#decide(id, { kind: "rejected" });
    this.#closeDecidedTabs(
      vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs),
    );
  }

  /** Whether the agent that proposed it is still there to be told. */
  isAwaited({ proposal }: PendingDiff): boolean {
    return this.#pending.get(proposal.id)?.settle !== undefined;
  }

  #decision(entry: PendingDiff): Promise<Outcome<DiffDecision>> {
    return new Promise((resolve) => {
      this.#pending.set(entry.proposal.id, { ...entry, settle: resolve });
      this.#changed.fire();
    });
  }

  /** The same change, proposed before the host ended: the tab, and what the user has made of it, serve again. */
  #unawaited(proposal: ProposedDiff): ReviewEntry | undefined {
    const entry = [...this.#pending.values()].find(
      ({ settle, proposal: { worktree, newPath, contents } }) =>
        settle === undefined &&
        worktree === proposal.worktree &&
        newPath === proposal.newPath &&
        contents === proposal.contents,
    );
    if (entry) this.#pending.delete(entry.proposal.id);
    return entry;
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

  /** Idempotent: each diff is answered once. */
  async #decide(id: string, decision: DiffDecision): Promise<void> {
    const entry = this.#pending.get(id);
    if (!entry) return;
    this.#pending.delete(id);
    entry.settle?.(done(decision));
    this.#changed.fire();
    this.#files.remove(entry.left);
    this.#files.remove(entry.right);
    await closeTabs(entry.right);
  }

  /** Includes tabs that VS Code opens by itself, for text typed while the diff was closing. */
  #closeDecidedTabs(tabs: readonly vscode.Tab[]): void {
    for (const uri of tabs.flatMap(proposalInTab))
      if (!this.of(uri) && !this.#isOpening(uri)) void closeTabs(uri);
  }

  #isOpening({ authority }: vscode.Uri): boolean {
    return [...this.#opening.keys()].some((id) => authority.endsWith(id));
  }

  /** Deferred, because moving a tab to another group closes it before it opens there. */
  #rejectIfClosed(uri: vscode.Uri): void {
    const entry = this.of(uri);
    if (!entry) return;
    setImmediate(() => {
      if (!isShown(uri, proposalInDiff)) void this.reject(entry);
    });
  }
}

/** Arguments for the `vscode.diff` command that bring the diff to the front. */
function diffCommandArguments(
  { left, right, title }: PendingDiff,
  options: { preserveFocus?: boolean; background?: boolean } = {},
): unknown[] {
  // `override` forces the text diff, even if the user has a custom editor for such files.
  return [left, right, title, { ...options, preview: false, override: true }];
}

/** What the user had made of it before a reload; VS Code may have restored that by itself. */
async function restoreEdit(right: vscode.Uri, edited: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(right);
  const text = stripByteOrderMark(edited);
  if (document.isDirty || document.getText() === text) return;
  const edit = new vscode.WorkspaceEdit();
  const whole = new vscode.Range(
    document.positionAt(0),
    document.positionAt(document.getText().length),
  );
  edit.replace(right, whole, text);
  await vscode.workspace.applyEdit(edit);
}

async function readContent({ proposal, right }: PendingDiff): Promise<string> {
  const document = await vscode.workspace.openTextDocument(right);
  return finalContent(proposal.contents, document.getText());
}
