// Reads a client's message as JSON, but looks at its shape first: 10 MB of brackets or members take seconds to parse.
import {
  idTooLong,
  nestedTooDeep,
  tooMuchSyntax,
} from "../../core/messages/protocol";

export const MAX_DEPTH = 64;
/** Bytes outside of strings, which bound how many values there are. Agents' messages have some hundred. */
export const MAX_SYNTAX_BYTES = 32 * 1024;
/** Characters of an id, which every answer repeats. */
const MAX_ID = 1024 * 1024;
/** Bytes of a refused message that is parsed all the same, so that the refusal can name its id. */
const MAX_REFUSED = 16 * 1024;

export type JsonMessage =
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "notJson" }
  /** `value` is undefined if the message is too large to be parsed for it. */
  | {
      readonly kind: "refused";
      readonly reason: string;
      readonly value: unknown;
    };

export function readMessage(bytes: Buffer): JsonMessage {
  const reason = excessOf(bytes, MAX_DEPTH, MAX_SYNTAX_BYTES);
  if (reason !== undefined && bytes.length > MAX_REFUSED)
    return { kind: "refused", reason, value: undefined };
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch {
    return { kind: "notJson" };
  }
  if (reason !== undefined) return { kind: "refused", reason, value };
  return hasLongId(value)
    ? { kind: "refused", reason: idTooLong(MAX_ID), value: undefined }
    : { kind: "json", value };
}

/** Why JSON is refused; undefined if it nests no deeper and has no more than that outside of its strings. */
export function excessOf(
  bytes: Buffer,
  maxDepth: number,
  maxSyntaxBytes: number,
): string | undefined {
  let depth = 0;
  let syntaxBytes = 0;
  let backslash = -1;
  for (let index = 0; index < bytes.length; index += 1) {
    syntaxBytes += 1;
    if (syntaxBytes > maxSyntaxBytes) return tooMuchSyntax(maxSyntaxBytes);
    const byte = bytes[index];
    if (byte === QUOTE) {
      // Found by the engine, not byte by byte: most of a large message is one string.
      const end = bytes.indexOf(QUOTE, index + 1);
      if (end < 0) return undefined;
      if (backslash < index) {
        const next = bytes.indexOf(BACKSLASH, index + 1);
        backslash = next < 0 ? bytes.length : next;
      }
      index = end < backslash ? end : endOfString(bytes, backslash);
    } else if (byte === ARRAY || byte === OBJECT) {
      depth += 1;
      if (depth > maxDepth) return nestedTooDeep(maxDepth);
    } else if (byte === ARRAY_END || byte === OBJECT_END) depth -= 1;
  }
  return undefined;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ARRAY = 0x5b;
const ARRAY_END = 0x5d;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;

/** `from` is within the string, and not the second byte of an escape. */
function endOfString(bytes: Buffer, from: number): number {
  let index = from;
  while (index < bytes.length && bytes[index] !== QUOTE)
    index += bytes[index] === BACKSLASH ? 2 : 1;
  return index;
}

/** Of a message or of one in a batch. */
function hasLongId(value: unknown): boolean {
  const messages: readonly unknown[] = Array.isArray(value) ? value : [value];
  return messages.some(
    (message) =>
      typeof message === "object" &&
      message !== null &&
      "id" in message &&
      typeof message.id === "string" &&
      message.id.length > MAX_ID,
  );
}
