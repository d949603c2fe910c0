// Points the agents of an instance to files: they are told the path and read the file by themselves.
import { existsSync } from "node:fs";
import path from "node:path";
import { sendTo } from "../../core/control/controlClient";
import type { Send } from "../../core/control/mention";
import { formatAgentCount } from "../../core/messages/instances";
import { canonicalPath } from "../../core/system/paths";
import { defineCommand, exitCodes } from "../command";
import { noFile } from "../errors";
import { openMachine } from "../machine";
import { findInstance } from "../target";

export const send = defineCommand({
  description:
    "Points the agents of an instance to files or lines, as Berth: Send Selection does. Only the path is sent.\nWithout --to it is the instance of the worktree that the file lies in. Waits up to 15 s for an agent.",
  operands: [{ name: "file[:10[-20]]", isRepeated: true, completes: "file" }],
  options: {
    to: {
      type: "string",
      value: "TARGET",
      completes: "instance",
      help: "The instance: a name, an id, a port, a branch, or a folder.",
    },
  },
  examples: [
    ["berth send src/main.ts", "A whole file."],
    ["berth send src/main.ts:10-20 --to app@feature-x", "Lines 10 to 20."],
  ],
  async run(operands, { to }) {
    const machine = await openMachine();
    // All are looked at before the first is sent.
    const sends = await Promise.all(
      operands.map(async (operand) => {
        const place = readPlace(operand);
        const instance = await findInstance(
          machine,
          to,
          to === undefined ? place.file : undefined,
        );
        return { place, instance };
      }),
    );
    for (const { place, instance } of sends) {
      const count = await sendTo(instance, place);
      process.stderr.write(
        `Sent ${place.file} to ${formatAgentCount(count)} of ${instance.name}.\n`,
      );
    }
    return exitCodes.done;
  },
});

/** A file of that very name counts before a file with lines. Throws a UserError if there is neither. */
function readPlace(operand: string): Send {
  const whole = canonicalPath(path.resolve(operand));
  if (existsSync(whole)) return { file: whole };
  const [, name = operand, lines] = /^(.+):(\d+(?:-\d+)?)$/.exec(operand) ?? [];
  const file = canonicalPath(path.resolve(name));
  if (lines === undefined || !existsSync(file)) throw noFile(file);
  return { file, lines };
}
