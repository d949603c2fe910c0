// Completion for shells: prints a script that asks `berth complete -- WORDS` at each TAB, and answers that.
import { readdirSync } from "node:fs";
import path from "node:path";
import { RootCommand } from "@bomb.sh/tab";
import {
  type Command,
  type CommandEntry,
  defineCommand,
  exitCodes,
  type Operand,
} from "../command";
import { badUsage } from "../errors";
import { openMachine } from "../machine";
import { runningInstances } from "../target";

const shells = ["bash", "zsh", "fish", "powershell"] as const;

type Completable = Readonly<Record<string, CommandEntry>>;

/** `commands` are all that it completes. */
export function completeFor(commands: () => Completable): Command {
  const command = defineCommand({
    description:
      "Prints the completion for a shell. The names of instances are completed too.",
    operands: [{ name: "shell", completes: shells }],
    options: {},
    examples: [
      ["source <(berth complete bash)", "In ~/.bashrc, after bash-completion."],
      ["source <(berth complete zsh)", "In ~/.zshrc, after compinit."],
      ["berth complete fish | source", "In ~/.config/fish/config.fish."],
    ],
    run([shell = ""]) {
      if (!(shells as readonly string[]).includes(shell))
        throw badUsage(`The shell is one of ${shells.join(", ")}`);
      new RootCommand().setup("berth", "berth", shell);
      return Promise.resolve(exitCodes.done);
    },
  });
  return {
    ...command,
    run: async (args) => {
      const [first, ...words] = args;
      if (first !== "--") return command.run(args);
      (await tree(commands(), words)).parse([...words]);
      return exitCodes.done;
    },
  };
}

async function tree(
  commands: Completable,
  words: readonly string[],
): Promise<RootCommand> {
  const root = new RootCommand();
  const instances = await runningInstances(await openMachine());
  const offers = (what: Operand["completes"]): readonly Offer[] => {
    if (what === "instance")
      return instances.map(({ name, worktree }) => [name, worktree]);
    if (what === "file")
      return files(words.at(-1) ?? "").map((file) => [file, ""]);
    return (what ?? []).map((word) => [word, ""]);
  };
  const handler =
    (what: Operand["completes"]) =>
    (offer: (value: string, description: string) => void): void => {
      for (const each of offers(what)) offer(...each);
    };
  for (const [name, { summary, load }] of Object.entries(commands)) {
    const { options, operands } = await load();
    const command = root.command(name, summary);
    for (const [option, { type, help, choices, completes }] of Object.entries(
      options,
    ))
      if (type === "boolean") command.option(option, help);
      else command.option(option, help, handler(completes ?? choices));
    for (const { name: operand, completes, isRepeated } of operands)
      command.argument(operand, handler(completes), isRepeated);
  }
  return root;
}

type Offer = readonly [value: string, description: string];

/** The files and directories that begin like the word. */
function files(word: string): string[] {
  const directory = word.endsWith("/") ? word : path.dirname(word);
  try {
    return readdirSync(directory, { withFileTypes: true }).map((entry) => {
      const file = word.startsWith("./")
        ? `./${path.join(directory, entry.name)}`
        : path.join(directory, entry.name);
      return entry.isDirectory() ? `${file}/` : file;
    });
  } catch {
    return [];
  }
}
