// A stdio MCP server that is one instance, or one of its backends.
import { constants } from "node:os";
import path from "node:path";
import { describeInstance } from "../../core/control/controlClient";
import {
  callSupervisor,
  runningSupervisor,
} from "../../core/control/supervisorApi";
import { canonicalPath, contains } from "../../core/system/paths";
import { Bridge } from "../bridge/bridge";
import { lineTooLong } from "../bridge/bridgeMessages";
import { InstanceReach } from "../bridge/instanceReach";
import type { Reach } from "../bridge/reach";
import { errorCodes } from "../bridge/message";
import { readLines, writeLine } from "../bridge/standardStreams";
import { defineCommand, elsewhere, exitCodes } from "../command";
import { sdkBundleFile } from "../loadSdkBundle";
import { openLog } from "../log";
import { type Machine, openMachine } from "../machine";
import { findInstance } from "../target";
import { readerGone } from "../terminal";

export const connect = elsewhere(
  "connect",
  defineCommand({
    description:
      "Is an MCP server on standard streams, for any MCP client: everything passes to one instance, and comes back from it.\nWithout a target it is the instance of the current directory. Waits 30 s for one that is not there yet, and connects again when a window was reloaded.",
    operands: [{ name: "target", isOptional: true, completes: "instance" }],
    options: {
      root: {
        type: "string",
        value: "DIRECTORY",
        help: "The worktree that this directory lies in, instead of the current one.",
        completes: "file",
      },
      backend: {
        type: "string",
        value: "NAME",
        help: "This backend of the worktree, which is started if it does not run.",
      },
      health: {
        type: "boolean",
        help: "Say as JSON what would be reached, and start nothing.",
      },
      log: {
        type: "string",
        value: "FILE",
        help: "Log to this file, not to stderr.",
      },
    },
    examples: [
      [
        "claude mcp add berth -- berth connect",
        "One line that is right in every worktree.",
      ],
      ["berth connect app@feature-x", "Always that instance."],
      ["berth connect --backend serena", "The Serena of this worktree."],
      ["berth connect --health", "What it would reach from here."],
    ],
    async run([target], { root, backend, health, log: logFile }) {
      const log = openLog(logFile);
      const machine = await openMachine();
      const directory = canonicalPath(path.resolve(root ?? "."));
      const wanted = { target, directory };
      if (health) {
        const found =
          backend === undefined
            ? await healthOfInstance(machine, wanted)
            : await healthOfBackend(machine, backend, wanted);
        process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
        return exitCodes.done;
      }
      const reach =
        backend === undefined
          ? new InstanceReach(machine, wanted)
          : await backendReach(machine, backend, wanted);
      const bridge = new Bridge({ reach, log, write: writeLine });
      const reading = readLines({
        receive: (line) => {
          bridge.receive(line);
        },
        refuseLine: (maxBytes) => {
          bridge.refuse(errorCodes.invalid, lineTooLong(maxBytes));
        },
      });
      try {
        const failure = await Promise.race([
          reading.then(() => bridge.finish()),
          readerGone(),
          bridge.failed,
          signalled(bridge),
        ]);
        if (failure) throw failure;
      } finally {
        await bridge.end();
        // Nothing more is read.
        process.stdin.destroy();
      }
      return exitCodes.done;
    },
  }),
);

/** Ends the process as a signal would have, once the client's session has ended. */
function signalled(bridge: Bridge): Promise<never> {
  return new Promise(() => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.once(signal, () => {
        void bridge.end().finally(() => {
          process.exit(128 + constants.signals[signal]);
        });
      });
  });
}

interface Wanted {
  readonly target: string | undefined;
  readonly directory: string;
}

/** A backend needs no instance: without a target any directory of the worktree will do. */
async function worktreeOf(
  machine: Machine,
  { target, directory }: Wanted,
): Promise<string> {
  return target === undefined
    ? directory
    : (await findInstance(machine, target, directory)).worktree;
}

async function backendReach(
  machine: Machine,
  name: string,
  wanted: Wanted,
): Promise<Reach> {
  const { BackendReach } = await import("../bridge/backendReach");
  const where = { ...machine, program: sdkBundleFile };
  return new BackendReach(where, name, await worktreeOf(machine, wanted));
}

async function healthOfInstance(
  machine: Machine,
  { target, directory }: Wanted,
) {
  const record = await findInstance(machine, target, directory);
  const { clients, state, warning } = await describeInstance(record);
  const { name, instanceId, worktree, port, pid } = record;
  return {
    name,
    instanceId,
    worktree,
    port,
    pid,
    state,
    warning,
    clients: clients.length,
  };
}

async function healthOfBackend(machine: Machine, name: string, wanted: Wanted) {
  const directory = await worktreeOf(machine, wanted);
  const supervisor = await runningSupervisor(machine.home, machine.place);
  if (!supervisor) return { backend: name, state: "stopped", supervisor: null };
  const timeout = AbortSignal.timeout(5_000);
  const { backends } = (await callSupervisor(
    supervisor,
    "GET",
    "/backends",
    undefined,
    timeout,
  )) as {
    backends: { name: string; worktree: string }[];
  };
  const found = backends
    .filter((each) => each.name === name && contains(each.worktree, directory))
    .sort((a, b) => b.worktree.length - a.worktree.length);
  return {
    backend: name,
    state: "stopped",
    ...found[0],
    supervisor: supervisor.pid,
  };
}
