// An instance's state as an icon and as words, the same in the status bar and in the list.
import path from "node:path";
import * as vscode from "vscode";
import {
  formatAgentCount,
  formatPort,
  notStartedAtLimit,
  stoppedElsewhere,
  stoppedFromShell,
} from "../../core/messages/instances";
import type { InstanceState } from "../../host/contract";

/** Id of a theme icon. */
export function stateIcon(state: InstanceState): string {
  switch (state.kind) {
    case "starting":
    case "stopping":
      return "loading~spin";
    case "running":
      return state.warning === null ? "server" : "warning";
    case "failed":
      return "error";
    case "stopped":
      return "circle-slash";
  }
}

export function formatState(state: InstanceState): string {
  switch (state.kind) {
    case "starting":
      return "starting";
    case "stopping":
      return "stopping";
    case "running":
      return formatPort(state.port, formatAgentCount(state.clients.length));
    case "failed":
      return "failed";
    case "stopped":
      if (state.because === "limit") return notStartedAtLimit;
      if (state.by === null) return "stopped";
      return state.by.kind === "shell"
        ? stoppedFromShell
        : stoppedElsewhere(windowName(state.by.workspace));
  }
}

/** What people call a window by the URI of what it has open; null: nothing. */
export function windowName(workspace: string | null): string | null {
  return workspace === null
    ? null
    : path.basename(vscode.Uri.parse(workspace).path);
}
