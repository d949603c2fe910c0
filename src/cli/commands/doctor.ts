// Looks for what keeps agents and editors from finding each other, and says what to do: one finding a line.
import { homedir, release } from "node:os";
import path from "node:path";
import { version } from "../../../package.json";
import { messageOf } from "../../core/errors";
import { sweep } from "../../core/registry/sweep";
import { canonicalPath } from "../../core/system/paths";
import { defineCommand, exitCodes } from "../command";
import type { Check, Finding } from "../doctor/finding";
import { instances, locks, rivals, shell } from "../doctor/instances";
import {
  agents,
  backends,
  launcher,
  permissions,
  proxies,
  surroundings,
  watches,
} from "../doctor/machine";
import { problem } from "../doctor/finding";
import { badUsage } from "../errors";
import { listMachine, openMachine } from "../machine";
import { clean, colours } from "../terminal";

const checks: readonly Check[] = [
  permissions,
  instances,
  locks,
  rivals,
  shell,
  backends,
  launcher,
  watches,
  proxies,
  surroundings,
  agents,
];

export const doctor = defineCommand({
  description:
    "Looks for what keeps agents and editors from finding each other, and says what to do. Ends with 1 if there is a problem.",
  operands: [],
  options: {
    fix: {
      type: "boolean",
      help: "Remove what is proven to be left of processes that are gone, and nothing else.",
    },
    json: { type: "boolean", help: "Print the findings as JSON." },
    report: {
      type: "boolean",
      help: "Print a text for a bug report, without secrets and without your home directory.",
    },
  },
  examples: [
    ["berth doctor", "What is wrong, and what to do."],
    ["berth doctor --fix", "Take away what dead processes have left."],
    ["berth doctor --report > report.txt", "For a bug report."],
  ],
  async run(_operands, { fix = false, json = false, report = false }) {
    if (json && report) throw badUsage("--report is a text, not JSON");
    const machine = await openMachine();
    if (fix) {
      const say = (sentence: string) => {
        process.stderr.write(`${sentence}\n`);
      };
      await sweep(machine.files, {
        debug: say,
        info: say,
        warn: say,
        error: say,
      });
    }
    const listing = await listMachine(machine);
    const examined = { machine, listing, env: process.env };
    const findings = (
      await Promise.all(checks.map((check) => safely(check, examined)))
    ).flat();
    const text = json
      ? `${JSON.stringify(findings, null, 2)}\n`
      : findings.map(format).join("");
    process.stdout.write(report ? `${heading()}${withoutHome(text)}` : text);
    return findings.some(({ level }) => level === "problem")
      ? exitCodes.failed
      : exitCodes.done;
  },
});

/** One that fails hides none of the others. */
async function safely(
  check: Check,
  examined: Parameters<Check>[0],
): Promise<readonly Finding[]> {
  try {
    return await check(examined);
  } catch (error) {
    return [
      problem(
        `A check has failed: ${messageOf(error)}`,
        "Report it with berth doctor --report",
      ),
    ];
  }
}

function format({ level, text, advice }: Finding): string {
  const { green, yellow, red, dim } = colours();
  const mark = {
    fine: green("ok"),
    note: yellow("note"),
    problem: red("problem"),
  }[level];
  const padding = " ".repeat(8 - level.replace("fine", "ok").length);
  return `${mark}${padding}${clean(text)}.${advice === undefined ? "" : ` ${dim(`${clean(advice)}.`)}`}\n`;
}

function heading(): string {
  return `Berth ${version}, Node ${process.versions.node}, ${process.platform} ${process.arch} ${release()}\n\n`;
}

function withoutHome(text: string): string {
  const homes = [homedir(), canonicalPath(homedir())].filter(
    (each) => path.dirname(each) !== each,
  );
  return homes.reduce((rest, home) => rest.replaceAll(home, "~"), text);
}
