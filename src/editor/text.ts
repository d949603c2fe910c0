// How an instance is put into words and icons; the status bar and the picker say the same.
import type { InstanceState } from "../host/contract";

/** Text from outside, for a place where VS Code reads `$(name)` as an icon. */
export function withoutIcons(text: string): string {
  return text.replaceAll(/\$(?=\([\w-]+(~[\w-]+)?\))/g, "\\$");
}

/** Text from outside, for a MarkdownString. */
export function withoutMarkdown(text: string): string {
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

export function stateWords(state: InstanceState): string {
  switch (state.kind) {
    case "starting":
      return "starting";
    case "stopping":
      return "stopping";
    case "running":
      return `port ${state.port}, ${agents(state.clients.length)}`;
    case "failed":
      return "failed";
    case "stopped":
      return state.because === "limit"
        ? "not started: berth.maxInstances is reached"
        : "stopped";
  }
}

export function agents(count: number): string {
  return count === 0 ? "no agent" : count === 1 ? "1 agent" : `${count} agents`;
}

export function waitingWords(count: number): string {
  return count === 1
    ? "1 diff waits for review"
    : `${count} diffs wait for review`;
}
