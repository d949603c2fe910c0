// How a row reads: every view shows a target in these words, and none describes it a second time.
import {
  formatAgentCount,
  formatPendingDiffs,
  formatPort,
} from "../../core/messages";
import { siblingName } from "../../core/worktrees/names";
import { backendIcon, backendReason, formatBackendState } from "./backendText";
import { formatState, stateIcon } from "./stateText";
import { diffsOf, type Target, type TargetContext } from "./target";

/** Names and paths as they are: each view escapes what its widget would read as an icon or as Markdown. */
export interface TargetDescription {
  /** With `$()` around it. */
  readonly icon: string;
  readonly name: string;
  readonly status: string;
  /** Whether it is the one that its window shows. */
  readonly isActive: boolean;
  /** Its path, and why it failed; empty: nothing. */
  readonly detail: string;
}

export function describeTarget(
  target: Target,
  context: TargetContext,
): TargetDescription {
  switch (target.kind) {
    case "own": {
      const { state, name, worktree } = target.view;
      const pendingCount = diffsOf(target, context).length;
      return {
        icon: stateIcon(state),
        name,
        status:
          pendingCount === 0
            ? formatState(state)
            : `${formatState(state)}, ${formatPendingDiffs(pendingCount)}`,
        isActive: worktree === context.instances.active?.worktree,
        detail:
          state.kind === "failed" ? `${worktree} · ${state.error}` : worktree,
      };
    }
    case "remote": {
      const { record, liveness, health } = target.listed;
      return {
        icon: liveness === "live" ? "$(server)" : "$(question)",
        name: record.name,
        status: formatPort(
          record.port,
          health ? formatAgentCount(health.clients) : liveness,
        ),
        isActive: health?.active ?? false,
        detail: record.worktree,
      };
    }
    case "elsewhere": {
      const { answer } = target;
      if ("failure" in answer)
        return {
          icon: "$(debug-disconnect)",
          name: answer.host,
          status: "not reached",
          isActive: false,
          detail: answer.failure,
        };
      const { host, instance } = answer;
      const { name, port, clients, liveness, worktree } = instance;
      return {
        icon: liveness === "live" ? "$(remote)" : "$(question)",
        name,
        status: formatPort(
          port,
          clients === null ? liveness : formatAgentCount(clients),
        ),
        isActive: false,
        detail: `${host}:${worktree}`,
      };
    }
    case "notRunning": {
      const { listed } = target;
      return {
        icon: "$(circle-outline)",
        name: siblingName(listed),
        status: "not running",
        isActive: false,
        detail: listed.path,
      };
    }
    case "backend": {
      const { name, state } = target.view;
      const reason = backendReason(state);
      return {
        // Below its worktree.
        icon: `\u2003${backendIcon(state)}`,
        name,
        status: formatBackendState(state),
        isActive: false,
        detail: reason && `\u2003${reason}`,
      };
    }
    case "otherEditor": {
      const { name, port, folders, isAlive } = target.listed;
      return {
        icon: "$(link-external)",
        name,
        status: `port ${port}${isAlive ? "" : ", its process is gone"}`,
        isActive: false,
        detail: folders.join(", "),
      };
    }
  }
}
