// Every action that a row offers as a button. A new one is an entry here; each view draws those that are available.
import {
  canCopyAddress,
  canRestartBackend,
  canShowBackendLog,
  canStartBackend,
  canStopBackend,
  copyAddress,
  restartBackend,
  showBackendLog,
  startBackend,
  stopBackend,
} from "./backendTarget";
import {
  acceptOldest,
  canKill,
  canOpenTerminal,
  canRestart,
  canShowTerminal,
  canStart,
  hasDiff,
  kill,
  openTerminal,
  rejectOldest,
  restart,
  showTerminal,
  start,
  type Target,
  type TargetContext,
} from "./target";

export interface TargetAction {
  /** Id of a theme icon. */
  readonly icon: string;
  readonly title: string;
  readonly isAvailable: (target: Target, context: TargetContext) => boolean;
  run(context: TargetContext, target: Target): Promise<void>;
}

export const targetActions: readonly TargetAction[] = [
  {
    icon: "check",
    title: "Accept Diff",
    isAvailable: hasDiff,
    run: acceptOldest,
  },
  {
    icon: "close",
    title: "Reject Diff",
    isAvailable: hasDiff,
    run: rejectOldest,
  },
  {
    icon: "terminal",
    title: "Show Terminal",
    isAvailable: canShowTerminal,
    run: showTerminal,
  },
  {
    icon: "robot",
    title: "Open Agent Terminal",
    isAvailable: canOpenTerminal,
    run: openTerminal,
  },
  { icon: "play", title: "Start", isAvailable: canStart, run: start },
  {
    icon: "debug-restart",
    title: "Restart",
    isAvailable: canRestart,
    run: restart,
  },
  { icon: "debug-stop", title: "Kill", isAvailable: canKill, run: kill },
  {
    icon: "play",
    title: "Start Backend",
    isAvailable: canStartBackend,
    run: startBackend,
  },
  {
    icon: "copy",
    title: "Copy Address",
    isAvailable: canCopyAddress,
    run: copyAddress,
  },
  {
    icon: "output",
    title: "Show Backend Log",
    isAvailable: canShowBackendLog,
    run: showBackendLog,
  },
  {
    icon: "debug-restart",
    title: "Restart Backend",
    isAvailable: canRestartBackend,
    run: restartBackend,
  },
  {
    icon: "debug-stop",
    title: "Stop Backend",
    isAvailable: canStopBackend,
    run: stopBackend,
  },
];
