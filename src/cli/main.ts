// The `berth` command: knows which command is meant before it loads anything. Data goes to stdout, everything else to stderr.
import { version } from "../../package.json";
import { messageOf, stackOf, UserError } from "../core/errors";
import { exitCodes, helpOf, type ExitCode, twoColumns } from "./command";
import { commands } from "./commands";
import { unknownCommand } from "./errors";
import { cleanLines, endQuietlyWithoutReader } from "./terminal";

async function main([name, ...args]: readonly string[]): Promise<ExitCode> {
  if (name === undefined || name === "help" || name === "--help")
    return print(overview());
  if (name === "--version") return print(`${version}\n`);
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!entry) throw unknownCommand(name);
  const command = await entry.load();
  const options = args.slice(0, (args.indexOf("--") + 1 || Infinity) - 1);
  return options.includes("--help") || options.includes("-h")
    ? print(helpOf(name, command))
    : command.run(args);
}

function print(text: string): ExitCode {
  process.stdout.write(text);
  return exitCodes.done;
}

function overview(): string {
  const listed = Object.entries(commands).map(
    ([name, { summary }]) => [name, summary] as const,
  );
  return [
    "Usage: berth <command> [options]",
    "",
    "Berth runs one server for every git worktree. From a shell, this command lists them, sends to them and stops them.",
    "",
    "Commands:",
    ...twoColumns(listed),
    "",
    "berth <command> --help tells more of each. Exit codes: 0 done, 1 not done (stderr says why), 70 a fault of Berth.",
    "",
  ].join("\n");
}

endQuietlyWithoutReader();
main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const isExpected = error instanceof UserError;
    process.stderr.write(
      isExpected
        ? `berth: ${cleanLines(messageOf(error))}\n`
        : `berth: a fault of Berth: ${stackOf(error)}\n`,
    );
    process.exitCode = isExpected ? exitCodes.failed : exitCodes.bug;
  },
);
