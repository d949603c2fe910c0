// Stops instances. Their agents lose the editor, so a person is asked first.
import { stopInstance } from "../../core/control/controlClient";
import { messageOf, UserError } from "../../core/errors";
import { killAllQuestion } from "../../core/messages/instances";
import type { InstanceRecord } from "../../core/registry/formats";
import { defineCommand, elsewhere, exitCodes } from "../command";
import { badUsage, needsYes } from "../errors";
import { assertReadable, openMachine, type Machine } from "../machine";
import { findInstance, runningInstances } from "../target";
import { clean, confirm } from "../terminal";

export const kill = elsewhere(
  "kill",
  defineCommand({
    description:
      "Stops instances. Each stays stopped until it is started again in its window (Berth: Start Instance).\nA target is a name, an id, a port, a branch, or the path of a folder.",
    operands: [
      {
        name: "target",
        isOptional: true,
        isRepeated: true,
        completes: "instance",
      },
    ],
    options: {
      all: { type: "boolean", help: "Stop every instance on this machine." },
      yes: { type: "boolean", help: "Do not ask." },
    },
    examples: [
      ["berth kill app@feature-x", "Stop one instance, after a question."],
      ["berth kill 20481 --yes", "Stop the one on this port, without one."],
      ["berth kill --all", "Stop them all."],
    ],
    async run(targets, { all = false, yes = false }) {
      if (all === targets.length > 0)
        throw badUsage(
          all ? "--all takes no target" : "Name an instance, or add --all",
        );
      const machine = await openMachine();
      const chosen = all
        ? await runningInstances(machine)
        : await findAll(machine, targets);
      if (chosen.length === 0) {
        assertReadable(machine);
        say("No instance is running on this machine.");
        return exitCodes.done;
      }
      if (!yes && !(await ask(chosen, all))) return exitCodes.failed;
      await stopAll(chosen);
      return exitCodes.done;
    },
  }),
);

async function findAll(
  machine: Machine,
  targets: readonly string[],
): Promise<InstanceRecord[]> {
  const found = await Promise.all(
    targets.map((target) => findInstance(machine, target)),
  );
  return [...new Map(found.map((each) => [each.instanceId, each])).values()];
}

async function ask(
  chosen: readonly InstanceRecord[],
  all: boolean,
): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw needsYes("stopped", `berth kill ${all ? "--all" : "<target>"}`);
  for (const { name, worktree } of chosen) say(clean(`  ${name}  ${worktree}`));
  return confirm(
    all ? killAllQuestion(chosen.length) : "Stop? Its agents lose the editor.",
  );
}

/** All in parallel. Throws a UserError with every failure. */
async function stopAll(chosen: readonly InstanceRecord[]): Promise<void> {
  const outcomes = await Promise.allSettled(
    chosen.map(async (record) => {
      await stopInstance(record);
      say(`Stopped ${record.name} (port ${record.port}).`);
    }),
  );
  const failures = outcomes.flatMap((outcome) =>
    outcome.status === "rejected" ? [messageOf(outcome.reason)] : [],
  );
  if (failures.length > 0) throw new UserError(failures.join("\n"));
}

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
