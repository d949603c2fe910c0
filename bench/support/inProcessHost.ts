// The instance host in a process that runs nothing else: how busy that is, and what it starts, is the host's doing.
import { ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { type BirpcReturn, createBirpc } from "birpc";
import type { HostInProcess } from "../../src/editor/window/hostFinder";
import type { EditorApi, HostApi, InstanceView } from "../../src/host/contract";

export interface InProcessHost {
  readonly host: BirpcReturn<HostApi, EditorApi>;
  /** As the host last reported them. */
  readonly views: () => readonly InstanceView[];
  /** Programs that were started since the last call. */
  readonly startedPrograms: () => string[];
  readonly shutDown: () => Promise<void>;
}

/** `bundle`: the supervisor's. */
export async function startInProcess(
  bundle: string,
  { home, lockDirectory }: { home: string; lockDirectory: string },
): Promise<InProcessHost> {
  const { hostInProcess } = createRequire(bundle)(bundle) as {
    hostInProcess: HostInProcess;
  };
  let views: readonly InstanceView[] = [];
  const editor: Partial<EditorApi> = {
    onDidChangeInstances: (changed) => {
      views = changed;
    },
    onDidLearnWorktrees: () => undefined,
    onDidLog: () => undefined,
  };
  const { channel, shutDown } = await hostInProcess(home, {
    lockDirectory,
    geminiDirectory: `${home}-tmp/gemini/ide`,
    qwenDirectory: `${home}-user/.qwen/ide`,
    parentPid: process.ppid,
    environment: { ...process.env } as Record<string, string>,
    focusedAt: 0,
    pins: [],
    backends: [],
    served: [],
    known: [],
  });
  const host = createBirpc<HostApi, EditorApi>(editor as EditorApi, {
    post: (message) => {
      channel.post(message);
    },
    on: (receive) => {
      channel.onMessage(receive);
    },
    timeout: -1,
  });
  return {
    host,
    views: () => views,
    startedPrograms: countPrograms(),
    shutDown,
  };
}

type Spawn = (this: ChildProcess, options: { file: string }) => unknown;

function countPrograms(): () => string[] {
  const prototype = ChildProcess.prototype as unknown as { spawn: Spawn };
  const { spawn } = prototype;
  let started: string[] = [];
  prototype.spawn = function (options) {
    started.push(options.file);
    return spawn.call(this, options);
  };
  return () => {
    const programs = started;
    started = [];
    return programs;
  };
}
