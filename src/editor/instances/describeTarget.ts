// How a row reads: every view shows a target in these words, and none describes it a second time.
import { diffOf, formatPendingDiffs } from "../../core/messages/diffs";
import {
  formatAgent,
  formatAgentCount,
  formatPort,
  markLocked,
  notStartedElsewhere,
  stoppedElsewhere,
} from "../../core/messages/instances";
import { formatUsage } from "../../core/messages/usage";
import { siblingName } from "../../core/worktrees/names";
import path from "node:path";
import { backendIcon, backendReason, formatBackendState } from "./backendText";
import { formatState, stateIcon, windowName } from "./stateText";
import { isLocked } from "../worktrees/worktreeRow";
import { diffsOf, type Target, type TargetContext } from "./target";

/** Names and paths as they are: each view escapes what its widget would read as an icon or as Markdown. */
export interface TargetDescription {
  /** Id of a theme icon. */
  readonly icon: string;
  readonly name: string;
  readonly status: string;
  /** Whether it is the one that its window shows. */
  readonly isActive: boolean;
  /** Its path, and why it failed; empty: nothing. */
  readonly detail: string;
  /** Since when it runs, and how much memory it uses; empty: nobody knows, or the user wants to see none. */
  readonly usage: string;
  /** What is strange about it: a sentence each. */
  readonly warnings: readonly string[];
}

/** As each kind gives it; most have nothing strange. */
type Described = Omit<TargetDescription, "warnings" | "isActive" | "usage"> &
  Partial<TargetDescription>;

export function describeTarget(
  target: Target,
  context: TargetContext,
): TargetDescription {
  const described = describe(target, context);
  const { status } = described;
  return {
    warnings: [],
    isActive: false,
    usage: context.usage.isShown ? usageOf(target, context) : "",
    ...described,
    status: isLocked(target, context) ? markLocked(status) : status,
  };
}

function usageOf(target: Target, { machine, usage }: TargetContext): string {
  switch (target.kind) {
    case "own": {
      const { state, worktree } = target.view;
      if (state.kind !== "running") return "";
      return formatUsage(machine.of(worktree)?.createdAt ?? null);
    }
    case "remote":
      return formatUsage(target.listed.createdAt);
    case "backend": {
      const { state } = target.view;
      if (state.kind !== "ready") return "";
      return formatUsage(state.since, usage.memoryOf(state.pid));
    }
    case "otherBackend": {
      const { since, pid } = target.backend;
      return formatUsage(since, usage.memoryOf(pid));
    }
    default:
      return "";
  }
}

function describe(target: Target, context: TargetContext): Described {
  switch (target.kind) {
    case "own": {
      const { state, name, worktree, warning } = target.view;
      const own = state.kind === "running" ? state.warning : null;
      const pendingCount = diffsOf(target, context).length;
      return {
        icon: stateIcon(state),
        name,
        status: withDiffs(formatState(state), pendingCount),
        isActive: worktree === context.instances.active?.worktree,
        detail:
          state.kind === "failed" ? `${worktree} · ${state.error}` : worktree,
        warnings: [own, warning].filter((each) => each !== null),
      };
    }
    case "remote": {
      const { name, port, worktree, liveness, clients, diffs, isActive } =
        target.listed;
      const state = formatPort(
        port,
        liveness === "live" ? formatAgentCount(clients.length) : liveness,
      );
      return {
        icon: liveness === "live" ? "server" : "question",
        name,
        status: withDiffs(state, diffs.length),
        isActive,
        detail: worktree,
      };
    }
    case "elsewhere": {
      const { answer } = target;
      if ("failure" in answer)
        return {
          icon: "debug-disconnect",
          name: answer.host,
          status: "not reached",
          detail: answer.failure,
        };
      const { host, instance } = answer;
      const { name, port, clients, liveness, worktree } = instance;
      return {
        icon: liveness === "live" ? "remote" : "question",
        name,
        status: formatPort(
          port,
          clients === null ? liveness : formatAgentCount(clients),
        ),
        detail: `${host}:${worktree}`,
      };
    }
    case "stopped": {
      const { name, worktree, because, window } = target.listed;
      const label = windowName(window.workspace);
      return {
        icon: "circle-slash",
        name,
        status:
          because === "user"
            ? stoppedElsewhere(label)
            : notStartedElsewhere(label, because === "limit"),
        detail: worktree,
      };
    }
    case "notRunning": {
      const { listed } = target;
      return {
        icon: "circle-outline",
        name: siblingName(listed),
        status: "not running",
        detail: listed.path,
      };
    }
    case "backend": {
      const { name, state } = target.view;
      const reason = backendReason(state);
      return {
        icon: backendIcon(state),
        name,
        status: formatBackendState(state),
        detail: reason,
      };
    }
    case "otherBackend": {
      const { name, state: kind, port, pid, url } = target.backend;
      const state = { kind, port, pid };
      return {
        icon: backendIcon(state),
        name,
        status: formatBackendState(state),
        detail: url ?? "",
      };
    }
    case "agent": {
      const { client } = target;
      const { label, version, pid, since, isBusy } = client;
      const terminal = context.terminals.ofClient(client);
      return {
        icon: agentIcon(label),
        name: label,
        status: formatAgent(since, isBusy),
        detail: [
          version ?? "",
          terminal ? `terminal ${terminal.name}` : "",
          pid === null ? "" : `process ${pid}`,
        ]
          .filter(Boolean)
          .join(" · "),
      };
    }
    case "diff": {
      const { diff, instance } = target;
      return {
        icon: "diff",
        name: path.basename(diff.path),
        status: diffOf(diff.agent),
        detail: `${instance.name} · ${path.relative(instance.worktree, diff.path)}`,
      };
    }
    case "otherEditor": {
      const { name, port, folders, isAlive } = target.listed;
      return {
        icon: "link-external",
        name,
        status: `port ${port}${isAlive ? "" : ", its process is gone"}`,
        detail: folders.join(", "),
      };
    }
  }
}

/** Id of a theme icon, by the name that people call it. */
const agentIcons: Readonly<Record<string, string>> = {
  "Claude Code": "sparkle",
  "Gemini CLI": "star-full",
  "Qwen Code": "symbol-event",
  Codex: "circuit-board",
  "Copilot CLI": "copilot",
};

function agentIcon(label: string): string {
  return agentIcons[label.replace(/ #\d+$/, "")] ?? "robot";
}

function withDiffs(status: string, count: number): string {
  // First: a narrow tree shows no more.
  return count === 0 ? status : `${formatPendingDiffs(count)}, ${status}`;
}
