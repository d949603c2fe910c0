// What a command is: its options, its help and what it does. main.ts reads a command line by it, and complete.ts completes one.
import { parseArgs } from "node:util";
import { badUsage } from "./errors";

/** What the process ends with; the README's manual says what each means. */
export const exitCodes = { done: 0, failed: 1, bug: 70 } as const;
/** One of those, or that of a program which has done the work. */
export type ExitCode = number;

export interface Option {
  readonly type: "boolean" | "string";
  /** May be given more than once. */
  readonly multiple?: true;
  readonly help: string;
  /** What stands for the value in the help, such as "PORT". */
  readonly value?: string;
  /** What its value may be; undefined: anything. */
  readonly choices?: readonly string[];
  /** As of an operand. */
  readonly completes?: Operand["completes"];
}

type Options = Readonly<Record<string, Option>>;

type Values<O extends Options> = {
  readonly [Name in keyof O]?: O[Name] extends { type: "boolean" }
    ? boolean
    : O[Name] extends { multiple: true }
      ? string[]
      : string;
};

/** What is written after a command's name, beside its options. */
export interface Operand {
  /** As in the help: "target", "file:10-20". */
  readonly name: string;
  readonly isOptional?: true;
  readonly isRepeated?: true;
  /** What a shell offers for it. */
  readonly completes?: "instance" | "file" | readonly string[];
}

export interface Command {
  /** Several sentences, for its help. */
  readonly description: string;
  readonly operands: readonly Operand[];
  readonly options: Options;
  /** A line each, and what it is for. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  /** Throws a UserError for everything that a user can mend. Data goes to stdout, everything else to stderr. */
  run(args: readonly string[]): Promise<ExitCode>;
}

/** A command that is not loaded yet. */
export interface CommandEntry {
  /** One line, for `berth --help` and for completion. */
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Where a command takes it, its `run` decides what that means; see also `elsewhere`. */
export const hostOption = {
  type: "string",
  value: "HOST",
  help: "Do it on another machine, by ssh.",
} as const;

/** The same command, done on another machine if it is called with --host. */
export function elsewhere(name: string, command: Command): Command {
  return {
    ...command,
    options: { ...command.options, host: hostOption },
    run: async (args) => {
      const { host, others } = splitHost(args);
      if (host === undefined) return command.run(others);
      const { checkHost, runRemote } = await import("./remote");
      return runRemote(checkHost(host), [name, ...others]);
    },
  };
}

/** The value of --host, and the arguments without it. Throws a UserError if it has none. */
function splitHost(args: readonly string[]): {
  readonly host: string | undefined;
  readonly others: readonly string[];
} {
  const end = args.indexOf("--");
  const isOption = (index: number) => end < 0 || index < end;
  const at = args.findIndex(
    (arg, index) => isOption(index) && /^--host(=|$)/.test(arg),
  );
  if (at < 0) return { host: undefined, others: args };
  const [, inline] = /^--host=(.*)$/.exec(args[at] ?? "") ?? [];
  const host = inline ?? args[at + 1];
  if (host === undefined) throw badUsage("--host needs a machine");
  const count = inline === undefined ? 2 : 1;
  return { host, others: [...args.slice(0, at), ...args.slice(at + count)] };
}

export function defineCommand<O extends Options>(
  definition: Omit<Command, "run" | "options"> & {
    readonly options: O;
    run(operands: readonly string[], values: Values<O>): Promise<ExitCode>;
  },
): Command {
  return {
    ...definition,
    run: (args) => {
      const { positionals, values } = read(args, definition);
      return definition.run(positionals, values as Values<O>);
    },
  };
}

/** Throws a UserError that says what is wrong. */
function read(
  args: readonly string[],
  { operands, options }: Pick<Command, "operands" | "options">,
) {
  const parsed = parse(args, options);
  const { positionals } = parsed;
  const needed = operands.filter(({ isOptional }) => !isOptional);
  const missing = needed[positionals.length];
  if (missing) throw badUsage(`${missing.name} is missing`);
  const isOpenEnded = operands.some(({ isRepeated }) => isRepeated);
  const extra = positionals[operands.length];
  if (extra !== undefined && !isOpenEnded)
    throw badUsage(`${JSON.stringify(extra)} is too much`);
  for (const [name, { choices }] of Object.entries(options)) {
    const value = parsed.values[name];
    if (typeof value === "string" && choices && !choices.includes(value))
      throw badUsage(`--${name} is one of ${choices.join(", ")}`);
  }
  return parsed;
}

function parse(args: readonly string[], options: Options) {
  try {
    return parseArgs({
      args: [...args],
      options: Object.fromEntries(
        Object.entries(options).map(([name, { type, multiple = false }]) => [
          name,
          { type, multiple },
        ]),
      ),
      allowPositionals: true,
    });
  } catch (error) {
    // Of Node's own sentence, the first: the others are about options of Node.
    const [sentence = ""] = (error as Error).message.split(/\. |\n/, 1);
    throw badUsage(sentence);
  }
}

/** The lines of `berth NAME --help`. */
export function helpOf(name: string, command: Command): string {
  const { description, operands, options, examples } = command;
  const listed: [string, string][] = [
    ...Object.entries(options).map(
      ([option, { type, value = "VALUE", help }]): [string, string] => [
        `--${option}${type === "string" ? ` ${value}` : ""}`,
        help,
      ],
    ),
    ["--help", "Show this."],
  ];
  return [
    `Usage: ${["berth", name, ...operands.map(formatOperand)].join(" ")} [options]`,
    "",
    description,
    "",
    "Options:",
    ...twoColumns(listed),
    "",
    "Examples:",
    ...examples.flatMap(([line, what]) => [`  ${line}`, `      ${what}`]),
    "",
  ].join("\n");
}

/** Lines of a name and what it is. */
export function twoColumns(
  rows: readonly (readonly [string, string])[],
): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

function formatOperand({ name, isOptional, isRepeated }: Operand): string {
  const shown = `<${name}>${isRepeated ? "..." : ""}`;
  return isOptional ? `[${shown}]` : shown;
}
