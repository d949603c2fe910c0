// Sends what the user points to, to the agents of one instance, and says what it waits for.
import { randomUUID } from "node:crypto";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as vscode from "vscode";
import { inNoWorktree, noFileToSend, notRunning } from "../../core/errors";
import type { Mention } from "../../core/control/mention";
import { type Outcome, unwrap } from "../../core/outcome";
import { canonicalPath } from "../../core/system/paths";
import { deepest } from "../../core/worktrees/worktree";
import type { InstanceView, SendRequest } from "../../host/contract";
import type { Berth } from "../commands/command";
import type { Target } from "./target";
import { agents, withoutIcons } from "../text";

/** Milliseconds after which the user wants to know what it waits for. */
const WAITS_VISIBLY_AFTER = 300;
/** Milliseconds for which the status bar says what was sent. */
const SHOWN_FOR = 4_000;

type OwnTarget = Extract<Target, { kind: "own" }>;

/** Throws a UserError where it could not be sent. Resolves also when the user has cancelled it. */
export async function send(
  berth: Berth,
  target: Target,
  mentions: readonly Mention[],
): Promise<void> {
  const { name, to } = addressOf(target);
  berth.pusher.pushNow();
  const request = { id: randomUUID(), to, mentions };
  const outcome = await shownWhileWaiting(berth, name, request);
  if (outcome === "cancelled") return;
  const told = unwrap(outcome);
  void vscode.window.setStatusBarMessage(
    `$(check) Sent ${withoutIcons(mentions.map(describe).join(", "))} to ${agents(told)} of ${withoutIcons(name)}`,
    SHOWN_FOR,
  );
  if (target.kind === "own") focusAgent(berth, target.view.worktree);
  const spaced = mentions.find((mention) => /\s/.test(mention.path));
  if (spaced)
    void vscode.window.showWarningMessage(
      `Claude Code does not find ${spaced.path}, because there is a space in its path. Name the file in the prompt as well.`,
    );
}

/** The instance of this window whose worktree holds the file; throws a UserError where none does. */
export function instanceOf(berth: Berth, file: string): OwnTarget {
  const view = holderOf(berth, file);
  if (!view) throw inNoWorktree(file);
  return { kind: "own", view };
}

/** In another worktree of the repository its own copy of the file: its agents have no business in this one. */
export function asSeenBy(
  berth: Berth,
  target: Target,
  mention: Mention,
): Mention {
  const here = holderOf(berth, mention.path);
  const there =
    target.kind === "own"
      ? target.view
      : target.kind === "remote" && target.listed.record;
  if (!here?.gitCommonDir || !there) return mention;
  if (here.gitCommonDir !== there.gitCommonDir) return mention;
  const inside = path.relative(here.worktree, canonicalPath(mention.path));
  return { ...mention, path: path.join(there.worktree, inside) };
}

/** The active editor's file with the lines that are selected, or all of it where nothing is. */
export function selectedLines(): Mention {
  const { activeTextEditor: editor, activeNotebookEditor } = vscode.window;
  // A cell's lines are no lines of the notebook's file.
  if (editor?.document.uri.scheme === "vscode-notebook-cell")
    return { path: fileOf(activeNotebookEditor?.notebook.uri), lines: null };
  if (editor?.document.uri.scheme !== "file") throw noFileToSend();
  const { document, selection } = editor;
  const { start, end, isEmpty } = selection;
  // Whole lines are selected up to the start of the next one.
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

/** The file in front, also where it is no text. */
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

function holderOf(
  { instances: { views } }: Berth,
  file: string,
): InstanceView | undefined {
  const worktree = deepest(
    views.map((view) => view.worktree),
    canonicalPath(file),
  );
  return views.find((each) => each.worktree === worktree);
}

function addressOf(target: Target): {
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
      const { name, instanceId } = target.listed.record;
      return { name, to: { instanceId } };
    }
    case "notRunning":
      throw notRunning(target.listed.path);
    case "otherEditor":
      throw notRunning(target.listed.name);
  }
}

/** The user goes on in the agent's prompt: in its terminal, where it runs in one of this window. */
function focusAgent({ terminals }: Berth, worktree: string): void {
  const [first, ...others] = terminals.of(worktree);
  const { activeTerminal } = vscode.window;
  (others.find((each) => each === activeTerminal) ?? first)?.show();
}

async function shownWhileWaiting(
  { connection }: Berth,
  name: string,
  request: SendRequest,
): Promise<Outcome<number> | "cancelled"> {
  const sending: Promise<Outcome<number>> = connection.host.send(request);
  const waits = await Promise.race([
    sending.then(() => false),
    delay(WAITS_VISIBLY_AFTER, true),
  ]);
  if (!waits) return sending;
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: `Waiting for an agent to connect to ${name} ...`,
      cancellable: true,
    },
    async (_progress, token) => {
      const cancelling = token.onCancellationRequested(() => {
        void connection.host.cancelSend(request.id);
      });
      try {
        const outcome = await sending;
        return token.isCancellationRequested ? "cancelled" : outcome;
      } finally {
        cancelling.dispose();
      }
    },
  );
}

function describe({ path: file, lines }: Mention): string {
  if (!lines) return path.basename(file);
  const { first, last } = lines;
  return `${path.basename(file)}#L${first === last ? first : `${first}-${last}`}`;
}
