// Adds an entry to a configuration file of the user's, or removes it, and changes nothing else: comments, order and indentation stay.
import { mkdir, readFile, realpath, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import {
  applyEdits,
  type Edit,
  findNodeAtLocation,
  getNodeValue,
  modify,
  type Node,
  parse,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import { cannotWrite } from "../../core/pathErrors";
import { errorCode } from "../../core/errors";
import { writeText } from "../../core/system/atomicFile";
import { cannotRead, changedMeanwhile, isNotJson } from "../errors";

export interface FileEdit {
  /** The file itself, where the user's is a link to it. */
  readonly file: string;
  /** The entry as it is now; undefined: there is none. */
  readonly current: unknown;
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
  assertObjects(file, text, keys.slice(0, -1));
  const node = nodeAt(text, keys);
  const after =
    value === undefined
      ? node
        ? without(text, node)
        : text
      : withEntry(text, keys, value);
  assertJson(file, after);
  const info = await stat(file).catch(() => undefined);
  return {
    file,
    before,
    // As an ordinary object: those of the parser have no prototype.
    current:
      node && (JSON.parse(JSON.stringify(getNodeValue(node))) as unknown),
    after,
    mode: info ? info.mode & 0o777 : 0o600,
  };
}

function nodeAt(text: string, keys: readonly string[]): Node | undefined {
  const tree = parseTree(text, [], { allowTrailingComma: true });
  return tree && findNodeAtLocation(tree, [...keys]);
}

function withEntry(
  text: string,
  keys: readonly string[],
  value: unknown,
): string {
  const isBlank = text.trim() === "";
  const start = isBlank ? "{}" : text;
  // Without formatting, so that nothing else is formatted either.
  const edits = modify(start, [...keys], value, {});
  const after = applyEdits(
    start,
    edits.map((edit) => ({ ...edit, content: spread(edit, start, keys) })),
  );
  return isBlank ? `${after}\n` : after;
}

/** The text without the entry, the one comma that parts it from the others, and its lines. Comments stay: they may be about others. */
function without(text: string, { parent: property }: Node): string {
  if (!property) return text;
  const end = property.offset + property.length;
  const [, next] = /^(\s*,)/.exec(text.slice(end)) ?? [];
  const siblings = property.parent?.children ?? [];
  const previous = siblings[siblings.indexOf(property) - 1];
  const [head, tail] = [text.slice(0, property.offset), text.slice(end)];
  const lines = (before: string) => before.replace(/\r?\n[ \t]*$/, "");
  if (next !== undefined) return lines(head) + tail.slice(next.length);
  if (!previous) return lines(head) + tail;
  // The last one: the comma is behind the one before it.
  const comma = text.indexOf(",", previous.offset + previous.length);
  return lines(head.slice(0, comma) + head.slice(comma + 1)) + tail;
}

/** Returns the path of the copy of what was there; undefined: there was nothing. Throws a UserError. */
export async function applyEdit({
  file,
  before,
  after,
  mode,
}: FileEdit): Promise<string | undefined> {
  if ((await readText(file)) !== before) throw changedMeanwhile(file);
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const copy =
      before === undefined ? undefined : await keepCopy(file, before, mode);
    await writeText(file, after, mode);
    return copy;
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/** Beside those of before. */
async function keepCopy(
  file: string,
  text: string,
  mode: number,
): Promise<string> {
  for (let count = 1; ; count += 1) {
    const copy = `${file}.before-berth${count === 1 ? "" : `-${count}`}`;
    try {
      await writeFile(copy, text, { mode, flag: "wx" });
      return copy;
    } catch (error) {
      if (errorCode(error) !== "EEXIST") throw error;
    }
  }
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

/** Throws a UserError if what the entry is to be in is something else. */
function assertObjects(
  file: string,
  text: string,
  keys: readonly string[],
): void {
  for (const [index] of keys.entries()) {
    const node = nodeAt(text, keys.slice(0, index + 1));
    if (node && node.type !== "object")
      throw isNotJson(file, "NoObject", node.offset);
  }
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
