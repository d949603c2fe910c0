// Every action that a row offers as a button. A new one is an entry here; each view draws those that are available.
import {
  acceptAll,
  canDisconnect,
  canReview,
  canShowAgentTerminal,
  disconnect,
  rejectAll,
  review,
  showAgentTerminal,
} from "./agentTarget";
import {
  canRestartBackend,
  canShowBackendLog,
  canStartBackend,
  canStopBackend,
  restartBackend,
  showBackendLog,
  startBackend,
  stopBackend,
} from "./backendTarget";
import {
  canCopyAddress,
  canCopyEndpoint,
  canCopyEnvironment,
  copyAddress,
  copyEndpoint,
  copyEnvironment,
} from "./copy";
import { canKill, kill } from "./kill";
import { canStart, start } from "./start";
import {
  acceptOldest,
  canDecide,
  canDecideAll,
  canOpenTerminal,
  canRestart,
  canShowTerminal,
  canSwitch,
  openTerminal,
  rejectOldest,
  restart,
  showTerminal,
  switchTo,
  type Target,
  type TargetContext,
} from "./target";

import { lockWorktree, unlockWorktree } from "../worktrees/lock";
import { removeWorktree } from "../worktrees/removeWorktree";
import { canLock, isLinked, isLocked } from "../worktrees/worktreeRow";

export interface TargetAction {
  /** Its command is `berth.row.<id>`. */
  readonly id: string;
  /** Id of a theme icon. */
  readonly icon: string;
  readonly title: string;
  /** What the list does otherwise, or would have too many buttons for. */
  readonly isOnlyInTree?: true;
  readonly isAvailable: (target: Target, context: TargetContext) => boolean;
  run(context: TargetContext, target: Target): Promise<void>;
}

export const targetActions: readonly TargetAction[] = [
  {
    id: "review",
    icon: "open-preview",
    title: "Review Diff",
    isAvailable: canReview,
    run: review,
  },
  {
    id: "switch",
    icon: "multiple-windows",
    title: "Switch To",
    isOnlyInTree: true,
    isAvailable: canSwitch,
    run: switchTo,
  },
  {
    id: "acceptDiff",
    icon: "check",
    title: "Accept Diff",
    isAvailable: canDecide,
    run: acceptOldest,
  },
  {
    id: "rejectDiff",
    icon: "close",
    title: "Reject Diff",
    isAvailable: canDecide,
    run: rejectOldest,
  },
  {
    id: "acceptAll",
    icon: "check-all",
    title: "Accept All",
    isOnlyInTree: true,
    isAvailable: canDecideAll,
    run: acceptAll,
  },
  {
    id: "rejectAll",
    icon: "close-all",
    title: "Reject All",
    isOnlyInTree: true,
    isAvailable: canDecideAll,
    run: rejectAll,
  },
  {
    id: "showTerminal",
    icon: "terminal",
    title: "Show Terminal",
    isAvailable: canShowTerminal,
    run: showTerminal,
  },
  {
    id: "openTerminal",
    icon: "robot",
    title: "Open Agent Terminal",
    isAvailable: canOpenTerminal,
    run: openTerminal,
  },
  {
    id: "showAgentTerminal",
    icon: "terminal",
    title: "Show Terminal",
    isAvailable: canShowAgentTerminal,
    run: showAgentTerminal,
  },
  {
    id: "disconnect",
    icon: "debug-disconnect",
    title: "Disconnect Agent",
    isAvailable: canDisconnect,
    run: disconnect,
  },
  {
    id: "start",
    icon: "play",
    title: "Start",
    isAvailable: canStart,
    run: start,
  },
  {
    id: "restart",
    icon: "debug-restart",
    title: "Restart",
    isAvailable: canRestart,
    run: restart,
  },
  {
    id: "kill",
    icon: "debug-stop",
    title: "Kill",
    isAvailable: canKill,
    run: kill,
  },
  {
    id: "startBackend",
    icon: "play",
    title: "Start Backend",
    isAvailable: canStartBackend,
    run: startBackend,
  },
  {
    id: "copyAddress",
    icon: "copy",
    title: "Copy Address",
    isAvailable: canCopyAddress,
    run: copyAddress,
  },
  {
    id: "copyEndpoint",
    icon: "copy",
    title: "Copy Address",
    isOnlyInTree: true,
    isAvailable: canCopyEndpoint,
    run: copyEndpoint,
  },
  {
    id: "copyEnvironment",
    icon: "copy",
    title: "Copy Environment",
    isOnlyInTree: true,
    isAvailable: canCopyEnvironment,
    run: copyEnvironment,
  },
  {
    id: "showBackendLog",
    icon: "output",
    title: "Show Backend Log",
    isAvailable: canShowBackendLog,
    run: showBackendLog,
  },
  {
    id: "restartBackend",
    icon: "debug-restart",
    title: "Restart Backend",
    isAvailable: canRestartBackend,
    run: restartBackend,
  },
  {
    id: "stopBackend",
    icon: "debug-stop",
    title: "Stop Backend",
    isAvailable: canStopBackend,
    run: stopBackend,
  },
  {
    id: "lockWorktree",
    icon: "lock",
    title: "Lock Worktree...",
    isOnlyInTree: true,
    isAvailable: canLock,
    run: lockWorktree,
  },
  {
    id: "unlockWorktree",
    icon: "unlock",
    title: "Unlock Worktree",
    isOnlyInTree: true,
    isAvailable: isLocked,
    run: unlockWorktree,
  },
  {
    id: "removeWorktree",
    icon: "trash",
    title: "Remove Worktree...",
    isOnlyInTree: true,
    isAvailable: isLinked,
    run: removeWorktree,
  },
];
