// The user's own definitions beside VS Code's settings, for life without an editor: backends.json.
import type { Stats } from "node:fs";
import { open, stat } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { parse, type ParseError, printParseErrorCode } from "jsonc-parser";
import { configFileNotRead, configFileNotTrusted } from "../backendErrors";
import { errorCode } from "../errors";
import { type ParsedBackends, parseBackends } from "./definition";
import { configFileIsNoObject, configFileIsNotJson } from "../backendMessages";

type Environment = Readonly<Record<string, string | undefined>>;

const OTHERS_WRITE = 0o022;

/** `$XDG_CONFIG_HOME/berth/backends.json`, by default in `~/.config`. */
export function backendsFile(env: Environment = process.env): string {
  const configured = env["XDG_CONFIG_HOME"] ?? "";
  // The XDG specification says to ignore relative paths.
  const directory = path.isAbsolute(configured)
    ? configured
    : path.join(homedir(), ".config");
  return path.join(directory, "berth", "backends.json");
}

/** JSON with comments. Without the file there are none. Throws a UserError if others may write it: it names commands. */
export async function readBackendsFile(file: string): Promise<ParsedBackends> {
  const text = await readOwn(file);
  if (text === undefined) return { definitions: [], problems: [] };
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  const problem = error
    ? configFileIsNotJson(file, printParseErrorCode(error.error), error.offset)
    : configFileIsNoObject(file);
  const parsed = error ? undefined : parseBackends(value);
  return parsed ?? { definitions: [], problems: [problem] };
}

function isOthers({ mode, uid }: Pick<Stats, "mode" | "uid">): boolean {
  const isOurs = process.getuid === undefined || uid === process.getuid();
  return (
    !isOurs || (process.getuid !== undefined && (mode & OTHERS_WRITE) !== 0)
  );
}

async function readOwn(file: string): Promise<string | undefined> {
  try {
    const handle = await open(file, "r");
    try {
      // Of the directory too: who may write there may put another file in its place.
      for (const each of [handle.stat(), stat(path.dirname(file))])
        if (isOthers(await each)) throw configFileNotTrusted(file);
      return await handle.readFile("utf8");
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw configFileNotRead(file, error);
  }
}
