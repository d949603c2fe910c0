// Sends mentions of files and selections to the agents of one instance, and shows what it waits for.
import { escapeMessage } from "../escape";
import { randomUUID } from "node:crypto";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as vscode from "vscode";
import { inNoWorktree, noFileToSend } from "../../core/sendErrors";
import { notRunning } from "../../core/errors";
import type { Mention } from "../../core/control/mention";
import { formatAgentCount } from "../../core/messages/instances";
import {
  sendSecretDetail,
  sendSecretLabel,
  sendSecretQuestion,
  waitingForAgent,
} from "../../core/messages/sending";
import { type Outcome, unwrap } from "../../core/outcome";
import { canonicalPath } from "../../core/system/paths";
import { deepest } from "../../core/system/paths";
import type { InstanceView, SendRequest } from "../../host/contract";
import type { CommandContext } from "../commands/command";
import type { MachineInstance } from "../../host/machineContract";
import type { Recipient } from "./recipients";
import type { Target } from "./target";
import { escapeIcons } from "../escape";

/** Milliseconds to wait before showing progress. */
const PROGRESS_DELAY = 300;
/** Milliseconds for which the status bar shows what was sent. */
const STATUS_MESSAGE_DURATION = 4_000;

type OwnTarget = Extract<Target, { kind: "own" }>;

interface Delivery {
  readonly target: Target;
  readonly mentions: readonly Mention[];
}

/**
 * Asks before anything that is hidden from agents is sent, and which of several agents gets it: `asksAgent`, also if one was used last.
 * Throws a UserError if nothing could be sent. Also resolves when the user cancels.
 */
export async function send(
  context: CommandContext,
  deliveries: readonly Delivery[],
  asksAgent = false,
): Promise<void> {
  const files = deliveries.flatMap(({ mentions }) => mentions);
  if (!(await maySend(context, files))) return;
  for (const { target, mentions } of deliveries) {
    const instance = instanceOf(context, target);
    const recipient = await context.recipients.choose(instance, asksAgent);
    if (!recipient) return;
    await deliver(
      context,
      target,
      recipient,
      mentions.map((mention) => translateMention(context, target, mention)),
    );
  }
}

function instanceOf(
  { machine }: CommandContext,
  target: Target,
): MachineInstance | undefined {
  if (target.kind === "own") return machine.of(target.view.worktree);
  return target.kind === "remote" ? target.listed : undefined;
}

async function maySend(
  { sharedFiles }: CommandContext,
  mentions: readonly Mention[],
): Promise<boolean> {
  const hidden = mentions.filter(
    ({ path }) => !sharedFiles.has(vscode.Uri.file(path)),
  );
  if (hidden.length === 0) return true;
  const answer = await vscode.window.showWarningMessage(
    sendSecretQuestion(hidden.map(({ path: file }) => path.basename(file))),
    { modal: true, detail: sendSecretDetail },
    sendSecretLabel,
  );
  return answer === sendSecretLabel;
}

async function deliver(
  context: CommandContext,
  target: Target,
  recipient: Recipient,
  mentions: readonly Mention[],
): Promise<void> {
  const { name, to } = recipientOf(target);
  context.pusher.pushNow();
  const client = recipient === "all" ? undefined : recipient.id;
  const request = { id: randomUUID(), to, mentions, client };
  const outcome = await sendWithProgress(context, name, request);
  if (outcome === "cancelled") return;
  const agentCount = unwrap(outcome);
  void vscode.window.setStatusBarMessage(
    `$(check) Sent ${escapeIcons(mentions.map(describe).join(", "))} to ${recipient === "all" ? formatAgentCount(agentCount) : escapeIcons(recipient.label)} of ${escapeIcons(name)}`,
    STATUS_MESSAGE_DURATION,
  );
  if (target.kind === "own" && context.settings.value.focusTerminal)
    focusAgent(context, target.view.worktree, recipient);
  const mentionWithSpace = mentions.find((mention) => /\s/.test(mention.path));
  if (mentionWithSpace)
    void vscode.window.showWarningMessage(
      escapeMessage(
        `Claude Code does not find ${mentionWithSpace.path}, because there is a space in its path. Name the file in the prompt as well.`,
      ),
    );
}

/** The instance of this window whose worktree contains the file; throws a UserError if there is none. */
export function ownTargetOf(context: CommandContext, file: string): OwnTarget {
  const view = ownerOf(context, file);
  if (!view) throw inNoWorktree(file);
  return { kind: "own", view };
}

/** Points another worktree of the repository to its own copy: its agents must stay out of this worktree. */
function translateMention(
  context: CommandContext,
  target: Target,
  mention: Mention,
): Mention {
  const source = ownerOf(context, mention.path);
  const destination =
    target.kind === "own"
      ? target.view
      : target.kind === "remote" && target.listed;
  if (!source?.gitCommonDir || !destination) return mention;
  if (source.gitCommonDir !== destination.gitCommonDir) return mention;
  if (source.worktree === destination.worktree) return mention;
  const relativePath = path.relative(
    source.worktree,
    canonicalPath(mention.path),
  );
  return { ...mention, path: path.join(destination.worktree, relativePath) };
}

/** The active editor's file with the selected lines, or the whole file without a selection. */
export function selectedLines(): Mention {
  const { activeTextEditor: editor, activeNotebookEditor } = vscode.window;
  // Line numbers in a cell are not line numbers in the notebook file.
  if (editor?.document.uri.scheme === "vscode-notebook-cell")
    return { path: fileOf(activeNotebookEditor?.notebook.uri), lines: null };
  if (editor?.document.uri.scheme !== "file") throw noFileToSend();
  const { document, selection } = editor;
  const { start, end, isEmpty } = selection;
  // A selection of whole lines ends at the start of the next line.
  const last =
    end.character === 0 && end.line > start.line ? end.line : end.line + 1;
  return {
    path: document.uri.fsPath,
    lines: isEmpty ? null : { first: start.line + 1, last },
  };
}

function fileOf(uri: vscode.Uri | undefined): string {
  if (uri?.scheme !== "file") throw noFileToSend();
  return uri.fsPath;
}

/** The file in the active tab, text or not. */
export function activeFile(): vscode.Uri {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (
    input instanceof vscode.TabInputText ||
    input instanceof vscode.TabInputCustom ||
    input instanceof vscode.TabInputNotebook
  )
    return input.uri;
  throw noFileToSend();
}

function ownerOf(
  { instances: { views } }: CommandContext,
  file: string,
): InstanceView | undefined {
  const worktree = deepest(
    views.map((view) => view.worktree),
    canonicalPath(file),
  );
  return views.find((each) => each.worktree === worktree);
}

function recipientOf(target: Target): {
  readonly name: string;
  readonly to: SendRequest["to"];
} {
  switch (target.kind) {
    case "own": {
      const { name, worktree, state } = target.view;
      if (state.kind !== "running") throw notRunning(name);
      return { name, to: { worktree } };
    }
    case "remote": {
      const { name, instanceId } = target.listed;
      return { name, to: { instanceId } };
    }
    case "notRunning":
      throw notRunning(target.listed.path);
    case "stopped":
    case "otherEditor":
      throw notRunning(target.listed.name);
    case "backend":
      throw notRunning(target.view.name);
    case "elsewhere":
      throw notRunning(target.answer.host);
    case "otherBackend":
    case "agent":
    case "diff":
      throw notRunning(target.instance.name);
  }
}

/** Shows the agent's terminal, if it is in this window, so the user can continue in its prompt. */
function focusAgent(
  { terminals }: CommandContext,
  worktree: string,
  recipient: Recipient,
): void {
  if (recipient !== "all") {
    terminals.ofClient(recipient)?.show();
    return;
  }
  const [first, ...others] = terminals.of(worktree);
  const { activeTerminal } = vscode.window;
  (others.find((each) => each === activeTerminal) ?? first)?.show();
}

async function sendWithProgress(
  { connection }: CommandContext,
  name: string,
  request: SendRequest,
): Promise<Outcome<number> | "cancelled"> {
  const sending: Promise<Outcome<number>> = connection.host.send(request);
  const isSlow = await Promise.race([
    sending.then(() => false),
    delay(PROGRESS_DELAY, true),
  ]);
  if (!isSlow) return sending;
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: waitingForAgent(name),
      cancellable: true,
    },
    async (_progress, token) => {
      const cancellation = token.onCancellationRequested(() => {
        void connection.host.cancelSend(request.id);
      });
      try {
        const outcome = await sending;
        return token.isCancellationRequested ? "cancelled" : outcome;
      } finally {
        cancellation.dispose();
      }
    },
  );
}

function describe({ path: file, lines }: Mention): string {
  if (!lines) return path.basename(file);
  const { first, last } = lines;
  return `${path.basename(file)}#L${first === last ? first : `${first}-${last}`}`;
}
