// Failures of the command line, to be thrown: one plain sentence of what happened and what to do about it.
import { messageOf, UserError } from "../core/errors";
import type { InstanceRecord } from "../core/registry/formats";

export function badUsage(fault: string): UserError {
  return new UserError(`${fault}. Add --help to see how it is used.`);
}

export function unknownCommand(name: string): UserError {
  return new UserError(
    `There is no command ${JSON.stringify(name)}. See berth --help.`,
  );
}

/** There is none now, but there may be soon. */
export class NoInstance extends UserError {}

export function nobodyServes(directory: string): NoInstance {
  return new NoInstance(
    `No instance serves ${directory}. Open its worktree in VS Code, or name an instance; berth list shows them.`,
  );
}

export function noInstanceCalled(name: string): NoInstance {
  return new NoInstance(
    `No instance is called ${JSON.stringify(name)}. berth list shows those that run.`,
  );
}

/** Its process is gone: a window that has it open starts another one. */
export class StaleInstance extends NoInstance {
  constructor(readonly record: InstanceRecord) {
    super(
      `${record.name} does not run any more: its process ${record.pid} is gone. Open its worktree in VS Code to start it again.`,
    );
  }
}

export function instanceIsForeign({ name }: InstanceRecord): UserError {
  return new UserError(
    `${name} runs on another machine or in another container, so it cannot be reached from here. Run berth there.`,
  );
}

export function ambiguousTarget(
  name: string,
  candidates: readonly Pick<InstanceRecord, "name" | "port" | "worktree">[],
): UserError {
  const lines = candidates.map(
    (each) => `  ${each.name}  port ${each.port}  ${each.worktree}`,
  );
  return new UserError(
    `${JSON.stringify(name)} may be one of several instances. Name one by its port or its path:\n${lines.join("\n")}`,
  );
}

export function cannotReadRecords(places: readonly string[]): UserError {
  return new UserError(
    `Berth does not read ${places.join(", ")}: only you may be able to write there, and you must be able to read. Correct the permissions (chmod 700 for directories, chmod 600 for files).`,
  );
}

export function needsYes(
  done: "stopped" | "written",
  command: string,
): UserError {
  return new UserError(
    `There is no terminal to ask on, so nothing was ${done}. Say it with ${command} --yes.`,
  );
}

export function noFile(file: string): UserError {
  return new UserError(
    `There is no file ${file}, so nothing was sent. Write it as path, path:10 or path:10-20.`,
  );
}

export function noTmux(): UserError {
  return new UserError(
    "This shell does not run in tmux, so there is no session to set. Run it in a pane of the session.",
  );
}

export function tmuxRefused(sentence: string): UserError {
  return new UserError(
    `tmux did not take the variables: ${sentence}. Run tmux show-environment to see what it has.`,
  );
}

export function hasNoWindow(name: string): UserError {
  return new UserError(
    `${name} has no window at the moment, so there is none to show. Open its worktree in VS Code.`,
  );
}

export function cannotShowWindow(
  name: string,
  app: string,
  reason: string,
): UserError {
  return new UserError(
    `The window of ${name} could not be brought to the front by ${app}: ${reason}.`,
  );
}

export function speaksNoMcp(backend: string): UserError {
  return new UserError(
    `The backend ${backend} has no URL, so it is no MCP server. Give its definition a url, or use BERTH_<NAME>_PORT of berth env.`,
  );
}

export function needsTarget(tool: string): UserError {
  return new UserError(
    `${tool} changes something, so it needs a target: a name, id, port or path of list_instances.`,
  );
}

export function changedMeanwhile(file: string): UserError {
  return new UserError(
    `${file} has changed since it was shown, so nothing was written. Run the command again.`,
  );
}

export function noTarget(target: string): UserError {
  return new UserError(
    `${target} names no instance: list_instances tells names, ids, ports and worktrees.`,
  );
}

export function tooManyCalls(name: string, max: number): UserError {
  return new UserError(
    `${name} has not answered ${max} calls yet. Wait for some of them.`,
  );
}

export function noClientProgram(program: string, client: string): UserError {
  return new UserError(
    `There is no ${program} on the PATH, so ${client} was not told. Install it first, or add the line by hand (--print).`,
  );
}

export function clientRefuses(client: string, reason: string): UserError {
  return new UserError(`${client} did not take it: ${reason}.`);
}

export function cannotRead(file: string, cause: unknown): UserError {
  return new UserError(
    `${file} cannot be read: ${messageOf(cause)}. Nothing was changed.`,
    { cause },
  );
}

export function isNotJson(
  file: string,
  fault: string,
  offset: number,
): UserError {
  return new UserError(
    `${file} is not the JSON that it should be (${fault} at ${offset}), so nothing was changed. Correct it, or add the line by hand (--print).`,
  );
}

export function noSsh(): UserError {
  return new UserError(
    "There is no ssh on the PATH, so no other machine can be asked. Install it (OpenSSH).",
  );
}

export function remoteRefuses(host: string, reason: string): UserError {
  return new UserError(`${host} cannot be asked: ${reason}. Try: ssh ${host}`);
}
