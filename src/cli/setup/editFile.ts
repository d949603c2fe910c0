// Adds an entry to a configuration file of the user's, or removes it, and changes nothing else: comments, order and indentation stay.
import { mkdir, readFile, realpath, stat } from "node:fs/promises";
import path from "node:path";
import {
  applyEdits,
  type Edit,
  findNodeAtLocation,
  getNodeValue,
  modify,
  parse,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import { cannotWrite, errorCode } from "../../core/errors";
import { writeText } from "../../core/system/atomicFile";
import { cannotRead, isNotJson } from "../errors";

export interface FileEdit {
  /** The file itself, where the user's is a link to it. */
  readonly file: string;
  /** undefined: there is no file yet. */
  readonly before: string | undefined;
  readonly after: string;
  readonly mode: number;
}

/** `value` undefined removes the entry. Throws a UserError if the file cannot be edited safely. */
export async function planEdit(
  configured: string,
  keys: readonly string[],
  value: unknown,
): Promise<FileEdit> {
  const file = await realpath(configured).catch(() => configured);
  const before = await readText(file);
  const text = before ?? "";
  assertJson(file, text);
  const isBlank = text.trim() === "";
  const start = isBlank ? "{}" : text;
  // Without formatting, so that nothing else is formatted either.
  const edits = modify(start, [...keys], value, {});
  const after = applyEdits(
    start,
    edits.map((edit) => ({ ...edit, content: spread(edit, start, keys) })),
  );
  const info = await stat(file).catch(() => undefined);
  return {
    file,
    before,
    after: isBlank ? `${after}\n` : after,
    mode: info ? info.mode & 0o777 : 0o600,
  };
}

/** What the file says there; undefined: nothing. */
export function entryOf(text: string, keys: readonly string[]): unknown {
  const tree = parseTree(text, [], { allowTrailingComma: true });
  const node = tree && findNodeAtLocation(tree, [...keys]);
  // As an ordinary object: those of the parser have no prototype.
  return node && (JSON.parse(JSON.stringify(getNodeValue(node))) as unknown);
}

/** Returns the path of the copy of what was there; undefined: there was nothing. Throws a UserError. */
export async function applyEdit({
  file,
  before,
  after,
  mode,
}: FileEdit): Promise<string | undefined> {
  const copy = `${file}.before-berth`;
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    if (before !== undefined) await writeText(copy, before, mode);
    await writeText(file, after, mode);
  } catch (error) {
    throw cannotWrite(file, error);
  }
  return before === undefined ? undefined : copy;
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw cannotRead(file, error);
  }
}

function assertJson(file: string, text: string): void {
  if (text.trim() === "") return;
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error)
    throw isNotJson(file, printParseErrorCode(error.error), error.offset);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw isNotJson(file, "NoObject", 0);
}

/** What is inserted, on lines of its own and indented as the rest of the file. */
function spread(
  { content }: Edit,
  text: string,
  keys: readonly string[],
): string {
  const unit = /\n([ \t]+)\S/.exec(text)?.[1] ?? "  ";
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  // The value of an entry that is there already.
  if (content.startsWith("{"))
    return JSON.stringify(JSON.parse(content), null, unit)
      .split("\n")
      .join(end + unit.repeat(keys.length));
  const [, comma = "", property] = /^(,?)(".*)$/s.exec(content) ?? [];
  if (property === undefined) return content;
  const tree = parseTree(text, [], { allowTrailingComma: true });
  const depth = keys.findIndex(
    (_, index) => !tree || !findNodeAtLocation(tree, keys.slice(0, index + 1)),
  );
  const lines = JSON.stringify(JSON.parse(`{${property}}`), null, unit)
    .split("\n")
    .slice(1, -1)
    .map((line) => unit.repeat(depth) + line);
  const closing = comma === "" ? end + unit.repeat(depth) : "";
  return comma + end + lines.join(end) + closing;
}
