// Text and icons for instances, shared by the status bar and the picker.
import {
  formatAgentCount,
  formatPort,
  notStartedAtLimit,
} from "../core/messages";
import type { InstanceState } from "../host/contract";

/** Escapes untrusted text for places where VS Code renders `$(name)` as an icon. */
export function escapeIcons(text: string): string {
  return text.replaceAll(/\$(?=\([\w-]+(~[\w-]+)?\))/g, "\\$");
}

/** Escapes untrusted text for a MarkdownString. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()<>#+\-.!|~$&]/g, "\\$&");
}

export function stateIcon(state: InstanceState): string {
  switch (state.kind) {
    case "starting":
    case "stopping":
      return "$(loading~spin)";
    case "running":
      return state.warning === null ? "$(server)" : "$(warning)";
    case "failed":
      return "$(error)";
    case "stopped":
      return "$(circle-slash)";
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
      return state.because === "limit" ? notStartedAtLimit : "stopped";
  }
}
