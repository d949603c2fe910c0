// Instances, their ports and the files by which agents find them.
import { connect } from "node:net";
import { once } from "node:events";
import { canonicalPath, contains } from "../../core/system/paths";
import { findInstance } from "../target";
import type { InstanceRecord } from "../../core/registry/formats";
import { holderOf } from "../../core/system/listeningPorts";
import { thisSystem } from "../../core/system/processIdentity";
import { type Check, fine, type Finding, note, problem } from "./finding";

/** Milliseconds. */
const CONNECT_TIMEOUT = 1_000;

export const instances: Check = async ({ listing }) => {
  const findings = await Promise.all(
    listing.instances.map(async ({ record, liveness }): Promise<Finding> => {
      const { name, port, pid } = record;
      switch (liveness) {
        case "live":
          return fine(`${name} runs on port ${port}`);
        case "stale":
          return {
            ...problem(
              `The record of ${name} is left of process ${pid}, which is gone`,
              "berth doctor --fix removes it",
            ),
            isFixable: true,
          };
        case "foreign":
          return note(
            `${name} runs on another machine or in another container, which shares this home`,
            "It is left alone. Run berth there to reach it",
          );
        case "unresponsive":
          return problem(await whyUnresponsive(record), restart);
      }
    }),
  );
  return findings.length > 0
    ? findings
    : [note("No instance runs", "Open a folder in VS Code to start one")];
};

async function whyUnresponsive({
  name,
  port,
  pid,
}: InstanceRecord): Promise<string> {
  if (!(await answers(port)))
    return `Nobody listens on port ${port} of ${name} (process ${pid})`;
  const holder = await holderOf(port);
  return holder === undefined || holder === pid
    ? `${name} (process ${pid}) does not answer on port ${port}`
    : `Port ${port} of ${name} (process ${pid}) is held by process ${holder}${nameOf(holder)}`;
}

const restart =
  "Its windows start another server within seconds, or restart it (Berth: Restart Instance). If none is open, end its process";

/** ` (name)`, where the system tells without being asked. */
function nameOf(pid: number): string {
  const name = thisSystem.read(`/proc/${pid}/comm`)?.trim();
  return name === undefined ? "" : ` (${name})`;
}

export const locks: Check = async ({ machine, listing }) => {
  const { lockFiles, liveness } = machine.files;
  const known = new Set(
    listing.instances
      .filter((each) => each.liveness !== "stale")
      .map(({ record }) => record.instanceId),
  );
  const ours = await lockFiles.readOurs();
  const states = await liveness.ofFiles(ours);
  const findings: Finding[] = [];
  for (const [index, { file, port, instanceId, idePid }] of ours.entries())
    if (!known.has(instanceId) && states[index] === "gone")
      findings.push({
        ...problem(
          `${file} is left of process ${idePid}, which is gone: agents may wait for it`,
          "berth doctor --fix removes it",
        ),
        isFixable: true,
      });
    else if (states[index] === "running" && !(await answers(port)))
      findings.push(
        problem(
          `${file} names port ${port}, where nobody listens`,
          "Restart its instance (Berth: Restart Instance)",
        ),
      );
  for (const { name, port, pid, isAlive } of listing.otherEditors)
    if (!isAlive)
      findings.push(
        note(
          `Port ${port} of ${name} is in a lock file of process ${String(pid)}, which is gone`,
          "Claude Code removes such files itself. Berth touches no other editor's",
        ),
      );
  return findings;
};

/** Editors that agents may take for the worktree's own. */
export const rivals: Check = ({ listing }) => {
  const served = listing.instances.filter(
    ({ liveness }) => liveness === "live" || liveness === "unresponsive",
  );
  const servedBy = (folder: string) =>
    served.find(({ record }) =>
      contains(record.worktree, canonicalPath(folder)),
    )?.record.name;
  return listing.otherEditors
    .filter(({ isAlive }) => isAlive)
    .flatMap(({ name, port, folders }) => {
      const shared = folders.filter((folder) => servedBy(folder) !== undefined);
      if (shared.length === 0)
        return [note(`${name} listens for agents on port ${port} too`)];
      return shared.map((folder) =>
        problem(
          `${name} (port ${port}) has a lock file for ${folder}, as ${servedBy(folder) ?? "Berth"} has: outside of VS Code's terminals Claude Code then takes neither`,
          "Disable the other extension, or start agents with berth env or Berth: Open Agent Terminal",
        ),
      );
    });
};

/** What this shell tells agents. */
export const shell: Check = async ({ machine, env }) => {
  const port = env["CLAUDE_CODE_SSE_PORT"];
  const here = await findInstance(machine, undefined).catch(() => undefined);
  if (port === undefined || String(here?.port) === port) return [];
  return [
    problem(
      here
        ? `CLAUDE_CODE_SSE_PORT is ${port} in this shell, but the instance of this directory, ${here.name}, is on port ${here.port}`
        : `CLAUDE_CODE_SSE_PORT is ${port} in this shell, and no instance serves this directory`,
      'Run eval "$(berth env)", or unset it. Another extension may set it in VS Code\'s terminals',
    ),
  ];
};

async function answers(port: number): Promise<boolean> {
  const socket = connect({ host: "127.0.0.1", port });
  const signal = AbortSignal.timeout(CONNECT_TIMEOUT);
  try {
    await once(socket, "connect", { signal });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
