// Texts: everything else that users and agents read, shown and never thrown (warnings, labels, counts, answers to agents).
// What is thrown is in errors.ts; how text is escaped for VS Code, in editor/escape.ts.

// Settings

export function settingReplaced(
  key: string,
  value: unknown,
  defaultValue: unknown,
): string {
  const used =
    typeof defaultValue === "object"
      ? "its default"
      : JSON.stringify(defaultValue);
  return `The setting berth.${key} cannot be ${JSON.stringify(value)}. Berth uses ${used} instead.`;
}

export const workspaceAgentsLeftOut =
  "Berth leaves out what this workspace says in berth.agents: agents are commands that run, so only your user settings name them.";

/** `problems` are sentences such as `agentHasNoCommand`. */
export function agentsLeftOut(problems: readonly string[]): string {
  return `The setting berth.agents has entries that Berth leaves out: ${problems.join("; ")}.`;
}

export function agentIsNoObject(id: string): string {
  return `${JSON.stringify(id)} is no object`;
}

export function agentNameIsNoText(id: string): string {
  return `${JSON.stringify(id)} has a name that is no text`;
}

export function agentHasNoCommand(id: string): string {
  return `${JSON.stringify(id)} has no command`;
}

export function agentArgsAreNoTexts(id: string): string {
  return `${JSON.stringify(id)} has args that are no list of texts`;
}

export function agentVariablesAreUnknown(
  id: string,
  known: readonly string[],
): string {
  return `${JSON.stringify(id)} has variables that are no list of ${known.map((family) => `"${family}"`).join(", ")}`;
}

export function agentMcpIsUnknown(
  id: string,
  known: readonly string[],
): string {
  return `${JSON.stringify(id)} has an mcp that is none of ${known.map((means) => `"${means}"`).join(", ")}`;
}

// Worktrees

export const gitNotFound =
  "git was not found on PATH. Install it to get one instance per worktree";

export function gitDistrusts(directory: string): string {
  return `git does not trust ${directory}, which belongs to another user. Run: git config --global --add safe.directory ${JSON.stringify(directory)}`;
}

/** A worktree without an instance, whose files belong to the one around it. */
export function worktreeWithin(inner: string, outer: string): string {
  return `${inner} (in ${outer})`;
}

export function cannotLookAt(folder: string, reason: string): string {
  return `${folder} cannot be looked at: ${reason}. Berth tries again.`;
}

export function gitDidNotAnswer(directory: string): string {
  return `git did not answer for ${directory} in time. Berth asks again.`;
}

/** The repository's setting core.worktree names another folder. */
export function gitCoreWorktree(folder: string, worktree: string): string {
  return `git says that the worktree of ${folder} is ${worktree}, which does not contain it (core.worktree). Berth serves the folder alone.`;
}

export function gitSays(directory: string, sentence: string): string {
  return `git says of ${directory}: ${sentence}`;
}

/** Events were lost, as on a network drive, or where the system has no more of them to give. */
export function noticedByLooking(file: string): string {
  return `No event told of a change to ${file}, so it was noticed by looking. Berth looks every few seconds.`;
}

// Discovery files: each follows a failure's own sentence

export const notFoundByAgents =
  "Until then agents do not find this instance by themselves.";

export function notFoundBy(agent: string): string {
  return `Until then ${agent} does not find this instance by itself.`;
}

// Control API: why there is no answer

export const portIsHeldByAnother = "another program holds its port";

// Agent terminals

/** `reason` is one of `lossReasons`. */
export function instanceLost(name: string, reason: string): string {
  return `Berth: the instance ${name} ${reason}, so this agent has lost its editor. Start it again (Berth: Start Instance), then /ide in Claude Code if it does not come back by itself.`;
}

export const lossReasons = {
  user: "was stopped",
  settings: "was stopped by the settings of Berth",
  limit: "was stopped at the limit of the setting berth.maxInstances",
  folder: "has lost its folder: it was closed here, or removed",
  failure: (error: string) => `has failed: ${error.replace(/\.$/, "")}`,
};

export function instanceMoved(name: string, from: number, to: number): string {
  return `Berth: the instance ${name} has moved from port ${from} to ${to}, so this agent has lost its editor. Quit it and start it again, here or with Berth: Open Agent Terminal.`;
}

export function programEnded(
  name: string,
  code: number | null,
  signal: string | null,
): string {
  return code === 0
    ? `${name} has ended.`
    : `${name} has ended with ${signal ?? `exit code ${String(code)}`}.`;
}

export function programNotStarted(name: string, reason: string): string {
  return `${name} could not be started: ${reason}.`;
}

export function shellReplaced(wanted: string, used: string): string {
  return `The shell ${wanted} was not found: this is ${used}.`;
}

export const chooseTerminal = "Choose the terminal to show";

// Instances in the status bar and in the list

export function formatAgentCount(count: number): string {
  return count === 0 ? "no agent" : count === 1 ? "1 agent" : `${count} agents`;
}

/** To the agent. */
export function rejectedBecause(reason: string): string {
  return `The user's reason: ${reason}`;
}

export function formatPendingDiffs(count: number): string {
  return count === 1 ? "1 diff to review" : `${count} diffs to review`;
}

export function takesNoReason(agent: string): string {
  return `${agent} takes no reason with a rejected diff. Reject it, and tell the agent in its prompt.`;
}

export function reasonPrompt(agent: string): string {
  return `What ${agent} is told, beside that its change is rejected.`;
}

export function allAgents(count: number): string {
  return `All ${count} agents`;
}

export const noDiffWaits = "No diff waits for review.";

export function decideAllQuestion(
  verb: "Accept" | "Reject",
  count: number,
  agent: string,
  instance: string,
): string {
  const diffs = count === 1 ? "the one diff" : `all ${count} diffs`;
  return `${verb} ${diffs} of ${agent} in ${instance}?`;
}

export function diffProposed(
  agent: string,
  file: string,
  instance: string,
): string {
  return `${agent} proposes a change to ${file} in ${instance}.`;
}

/** `since`: milliseconds since 1970; 0: nobody knows. */
export function formatAgent(since: number, isBusy: boolean): string {
  const time = since === 0 ? "" : `since ${formatTime(since)}`;
  return [isBusy ? "busy" : "", time].filter(Boolean).join(", ");
}

function formatTime(at: number): string {
  const time = new Date(at);
  const isToday = time.toDateString() === new Date().toDateString();
  return isToday
    ? time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
    : time.toLocaleDateString();
}

export function diffOf(agent: string): string {
  return `from ${agent}`;
}

/** `state` says how many agents are connected, or why nobody knows. */
export function formatPort(port: number, state: string): string {
  return `port ${port}, ${state}`;
}

export function markActive(status: string): string {
  return `${status} · active`;
}

/** `window` is what the other window has open. */
export function stoppedElsewhere(window: string): string {
  return `stopped in the window of ${window}`;
}

export const notStartedAtLimit = "not started: berth.maxInstances is reached";

// Command line

export function offerCommand(directory: string): string {
  return `The command berth lists, shows and stops instances from any shell. Link it into ${directory}?`;
}

export const offerCommandLabel = "Install Command";

export function commandInstalled(link: string, isOnPath: boolean): string {
  return isOnPath
    ? `The command berth is ${link} now.`
    : `The command berth is ${link} now, but that directory is not on your PATH. Add it in your shell's start-up file.`;
}

export function servesAlready(home: string): string {
  return `Berth's server runs already for ${home}. Its windows and agents use that one.`;
}

// Questions and progress

export function waitingForAgent(instance: string): string {
  return `Waiting for an agent of ${instance} that can be pointed to files ...`;
}

/** Its connection has ended with Berth's server. */
export function agentDoesNotHear(agent: string): string {
  return `${agent} has lost its connection since it proposed this, so it would not hear of it. Answer in its terminal. Reject closes this diff.`;
}

export function runCodeQuestion(notebook: string): string {
  return `Let agents run code in the kernel of ${notebook}?`;
}

export function sendSecretQuestion(files: readonly string[]): string {
  return `Send ${files.join(", ")} to agents? Your settings (berth.secretFiles or files.exclude) hide ${files.length === 1 ? "it" : "them"} from agents.`;
}

export const sendSecretDetail =
  "Agents are told the path, and can then read the file by themselves.";

export const sendSecretLabel = "Send";

export function runTaskQuestion(task: string): string {
  return `Let an agent run the task ${task}?`;
}

export const runTaskDetail =
  "A task is a command of this workspace. It may have been changed since you last looked.";

export const runTaskLabel = "Run Task";

export const runCodeLabel = "Run Code in This Notebook";

export function killAllQuestion(count: number): string {
  return `Kill ${count === 1 ? "the one instance" : `all ${count} instances`} on this machine?`;
}

export function formatCountsByWindow(own: number, others: number): string {
  return [
    own === 0 ? "" : `${own} in this window`,
    others === 0 ? "" : `${others} in other windows`,
  ]
    .filter((part) => part !== "")
    .join(", ");
}

// Answers to agents: `details` say what is wrong where, a line each

export const noCurrentSelection =
  "No file of this worktree is in the active editor.";

export const noLatestSelection = "Nothing has been selected yet.";

/** Ends the text of a selection that is told only in part. */
export const selectionIsCut =
  "\n[Berth: the selection goes on, but only its first 64 KB are shared. Read the rest from the file.]";

export function wrongArguments(tool: string, details: string): string {
  return `${tool} was called with arguments it does not take:\n${details}`;
}

export function wrongCall(details: string): string {
  return `A call names a tool, and its arguments are an object:\n${details}`;
}

export function unknownTool(name: string): string {
  return `Unknown tool: ${name}`;
}

export const notJson = "This is not JSON.";

export const notJsonRpc = "This is not a JSON-RPC 2.0 message.";

export const internalError = "Internal error";

export function nestedTooDeep(maxDepth: number): string {
  return `Nested deeper than ${maxDepth}.`;
}

export function tooMuchSyntax(maxBytes: number): string {
  return `A message may have ${maxBytes} bytes outside of its strings. Send less at once.`;
}

export function idTooLong(max: number): string {
  return `An id may have ${max} characters.`;
}

export function messageTooLarge(maxBytes: number): string {
  return `A message may have ${maxBytes} bytes. Send less at once.`;
}

export const tooManyClients =
  "This instance has as many clients as it may have. Close one, or raise the setting berth.maxClients.";

export const bodyIsNotJson = "The body is not JSON.";

export function bodyIsNotUnderstood(details: string): string {
  return `The body is not understood:\n${details}`;
}
