// Texts: the report about Berth that a user can put into a bug report.

export const diagnosticsTitle = "Berth: diagnostics";

export const collectingDiagnostics = "Berth: collecting diagnostics";

export const diagnosticsCopied =
  "The diagnostics are on the clipboard. Tokens, and the names of your home and account, are left out. Read them before you post them.";

export const sections = {
  versions: "Versions",
  settings: "Settings that differ from their default",
  instances: "Instances",
  backends: "Backends of this window",
  doctor: "berth doctor",
  log: "Log",
} as const;

export const nothing = "None.";

export function sectionFailed(reason: string): string {
  return `This could not be found out: ${reason}`;
}

/** `state` in words; `discovery` names the agents that find it by a file. */
export function describeInstanceLine(
  name: string,
  worktree: string,
  state: string,
  discovery: readonly string[],
): string {
  const files =
    discovery.length === 0
      ? "no discovery file"
      : `discovery files for ${discovery.join(", ")}`;
  return `${name} (${worktree}): ${state}; ${files}`;
}
