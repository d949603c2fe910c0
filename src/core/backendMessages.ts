// Texts about backends that are shown and never thrown: as in messages.ts.

// Definitions

/** `field` is one of the entry, `what` is what it has to be. */
export function backendEntryIsWrong(
  name: string,
  field: string,
  what: string,
): string {
  return `${JSON.stringify(name)}: ${field.slice(0, 80)} must be ${what}`;
}

export function backendVariableIsUnknown(
  name: string,
  variable: string,
): string {
  return `${JSON.stringify(name)}: nobody knows ${variable.slice(0, 80)}; there are \${worktree}, \${port}, \${portFile}, \${branch}, \${name}, \${instanceId} and \${env:NAME}`;
}

export function backendNameIsUnusable(name: string): string {
  return `${JSON.stringify(name.slice(0, 80))} is no name: it must begin with a letter or a digit, and hold only letters, digits, ".", "_" and "-"`;
}

export function backendNameIsTaken(name: string, other: string): string {
  return `${JSON.stringify(name)}: its name is too much like ${JSON.stringify(other)}; both would be BERTH_<NAME>_URL`;
}

export function backendIsNoObject(name: string): string {
  return `${JSON.stringify(name)} is no object`;
}

export function backendPortIsTaken(
  name: string,
  port: number,
  other: string,
): string {
  return `${JSON.stringify(name)}: its port ${port} is that of ${JSON.stringify(other)}; write \${port}, and each gets one of its own`;
}

export function configFileIsNotJson(
  file: string,
  reason: string,
  offset: number,
): string {
  return `${file} is not JSON (${reason} at character ${offset}).`;
}

export function configFileIsNoObject(file: string): string {
  return `${file} must hold an object with an entry for each backend.`;
}

// Running ones

export const backendAnswersNobody = "nobody answers on its port";

export const backendSaysNothing =
  "it has not answered on its standard output as an MCP server does";

/** To a client that still waits for an answer. */
export const stdioServerEnded =
  "The server has ended. It is started again; ask again then.";

export const stdioServerIsBusy =
  "The server does not read what it is sent. Ask again later, or restart it.";

/** `ports` are those that it listens on. */
export function backendListensElsewhere(
  port: number,
  ports: readonly number[],
): string {
  return ports.length === 0
    ? `another program answers on its port ${port}`
    : `it listens on port ${ports.join(", ")} instead of ${port}`;
}

export function backendListensEverywhere(port: number): string {
  return `it listens on port ${port} of every network interface, so other machines may reach it`;
}

export function backendRefuses(status: number, path: string): string {
  return `it answers ${status} at ${path}`;
}

export function backendStillThere(name: string, what: string): string {
  return `${name} has not ended cleanly: ${what}.`;
}

/** As the second part of the sentence above. */
export function processesLeft(count: number): string {
  return `${count} of its processes could not be ended`;
}

export function formatBackendPort(
  port: number | null,
  pid: number | null,
): string {
  return `ready, port ${port}, process ${pid}`;
}

/** Such as "serena (app@feature-x)". */
export function backendLabel(name: string, instance: string): string {
  return `${name} (${instance})`;
}

export function backendAdded(name: string): string {
  return `Every worktree has the backend ${JSON.stringify(name)} now. It starts when an agent or you first want it: Berth: List Instances shows it.`;
}

export function startingBackends(names: readonly string[]): string {
  return `Starting ${names.join(", ")} for the agent`;
}

/** `failures` are sentences. */
export function agentStartsWithout(failures: readonly string[]): string {
  return `The agent starts without some of its servers. ${failures.join(" ")}`;
}

// What a workspace defines

export const worktreeIsOff =
  "its instance is stopped or switched off. Start it (Berth: Start Instance...)";

export const worktreeNotTrusted =
  "the workspace is not trusted. Trust it in VS Code (Workspaces: Manage Workspace Trust)";

export function backendOfUserCounts(name: string): string {
  return `This workspace defines the backend ${JSON.stringify(name)}, and so do your own settings: yours runs.`;
}

export function backendNotAllowedYet(name: string): string {
  return `the workspace defines ${JSON.stringify(name)}, and you have not allowed it yet. Berth: Restart Backend... asks`;
}

export function mayBackendsRun(names: readonly string[]): string {
  const quoted = names.map((name) => JSON.stringify(name)).join(", ");
  return `This workspace wants to run a server of its own for each of its worktrees: ${quoted}.`;
}

export function backendIsTooLongToShow(name: string): string {
  return `the workspace defines ${JSON.stringify(name)} with more text than a dialog can show you. Shorten it, or write it into your own settings`;
}

/** `problems` are such as backendIsNoObject. */
export function backendsLeftOut(problems: readonly string[]): string {
  return `The setting berth.backends has entries that Berth leaves out: ${problems.join("; ")}.`;
}
