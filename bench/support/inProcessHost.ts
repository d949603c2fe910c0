// The instance host in a process that runs nothing else: how busy that is, and what it starts, is the host's doing.
import { ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { type BirpcReturn, createBirpc } from "birpc";
import type {
  EditorApi,
  HostApi,
  HostOptions,
  InstanceView,
} from "../../src/host/contract";

export interface InProcessHost {
  readonly host: BirpcReturn<HostApi, EditorApi>;
  /** As the host last reported them. */
  readonly views: () => readonly InstanceView[];
  /** Programs that were started since the last call. */
  readonly startedPrograms: () => string[];
}

export function startInProcess(
  worker: string,
  locations: Pick<HostOptions, "home" | "lockDirectory">,
): InProcessHost {
  const { serve } = createRequire(worker)(worker) as {
    serve: (port: MessagePort, options: HostOptions) => void;
  };
  let views: readonly InstanceView[] = [];
  const editor: Partial<EditorApi> = {
    onDidChangeInstances: (changed) => {
      views = changed;
    },
    onDidLog: () => undefined,
  };
  const { port1, port2 } = new MessageChannel();
  serve(port2, {
    ...locations,
    geminiDirectory: `${locations.home}-tmp/gemini/ide`,
    qwenDirectory: `${locations.home}-user/.qwen/ide`,
    parentPid: process.ppid,
    pid: process.pid,
    version: "0",
    pins: [],
  });
  const host = createBirpc<HostApi, EditorApi>(editor as EditorApi, {
    post: (message) => {
      port1.postMessage(message);
    },
    on: (receive) => {
      port1.on("message", receive);
    },
    timeout: -1,
  });
  return { host, views: () => views, startedPrograms: countPrograms() };
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
