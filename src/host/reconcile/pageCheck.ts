// Whether a window is more than its extension host: in a browser, the page may be gone and the extension host stay for hours.
import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../../core/log";
import type { EditorApi } from "../contract";

/** Milliseconds that a page may take to answer: the browser may be busy, or show another page. */
const ANSWER_TIME = 10_000;

/** A window whose page may be gone. */
export interface CheckedWindow {
  readonly editor: EditorApi;
  readonly gone: AbortSignal;
  /** URI of what it has open. */
  readonly workspace: string | null;
  readonly plan: { readonly worktrees: ReadonlySet<string> };
  disconnect(): void;
}

/** Of those that share a worktree with the window: where only the extension host is left, another one must act for the agents. */
export function checkPagesBeside(
  window: CheckedWindow,
  windows: readonly CheckedWindow[],
  log: Log,
): void {
  const { worktrees } = window.plan;
  for (const each of windows)
    if (
      each !== window &&
      !each.gone.aborted &&
      [...each.plan.worktrees].some((worktree) => worktrees.has(worktree))
    )
      void check(each, log);
}

async function check(window: CheckedWindow, log: Log): Promise<void> {
  if ((await hasPage(window.editor)) || window.gone.aborted) return;
  log.warn(
    `A window of ${window.workspace ?? "no folder"} does not answer: another one acts for the agents`,
  );
  window.disconnect();
}

async function hasPage(editor: EditorApi): Promise<boolean> {
  const answered = new AbortController();
  const { signal } = answered;
  try {
    return await Promise.race([
      editor.pingWindow().then(() => true),
      delay(ANSWER_TIME, false, { signal }),
    ]);
  } catch {
    return false;
  } finally {
    answered.abort();
  }
}
