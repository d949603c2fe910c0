// JSON-RPC as the bridge needs it: what a message is and whom it belongs to. The messages themselves pass as they are.

export type Id = string | number;

/** What is looked at of a message. */
export interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly error?: unknown;
}

export interface Request extends Message {
  readonly id: Id;
  readonly method: string;
}

/** Of JSON-RPC, and of MCP for a request that was not carried out. */
export const errorCodes = {
  parse: -32_700,
  invalid: -32_600,
  unknownMethod: -32_601,
  internal: -32_603,
  connection: -32_000,
} as const;

/** undefined: it is not JSON, or no message. A batch is several. */
export function readMessages(text: string): readonly Message[] | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    const all: unknown[] = Array.isArray(value) ? value : [value];
    return all.length > 0 && all.every(isMessage) ? all : undefined;
  } catch {
    return undefined;
  }
}

export function isRequest(message: Message): message is Request {
  return typeof message.method === "string" && isId(message.id);
}

/** A response to a request of the other side. */
export function isResponse(message: Message): message is Message & { id: Id } {
  return (
    message.method === undefined &&
    isId(message.id) &&
    ("result" in message || "error" in message)
  );
}

export function errorResponse(
  id: Id | null,
  code: number,
  message: string,
): string {
  return JSON.stringify({ jsonrpc: "2.0", id, error: { code, message } });
}

/** Revision 2026-07-28 carries its version in every request, and has no session. undefined: an older one. */
export function modernVersion({ params }: Message): string | undefined {
  const meta = params?.["_meta"] as Record<string, unknown> | undefined;
  const version = meta?.["io.modelcontextprotocol/protocolVersion"];
  return typeof version === "string" ? version : undefined;
}

/** By method, what of its parameters a header of revision 2026-07-28 repeats (SEP-2243). */
const named: Readonly<Record<string, string>> = {
  "tools/call": "name",
  "prompts/get": "name",
  "resources/read": "uri",
  "tasks/get": "taskId",
  "tasks/update": "taskId",
  "tasks/cancel": "taskId",
};

/** What the headers of revision 2026-07-28 say of a request. */
export function modernHeaders(
  { method, params }: Request,
  version: string,
): Record<string, string> {
  const name = Object.hasOwn(named, method)
    ? params?.[named[method] ?? ""]
    : undefined;
  return {
    "mcp-protocol-version": version,
    "mcp-method": method,
    ...(typeof name === "string" && { "mcp-name": encode(name) }),
  };
}

/** What a header cannot hold as it is, it holds as base64 (SEP-2243). */
function encode(text: string): string {
  const isPlain =
    /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/.test(text) &&
    !/^=\?base64\?.*\?=$/.test(text);
  return isPlain ? text : `=?base64?${Buffer.from(text).toString("base64")}?=`;
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is Id {
  return typeof value === "string" || typeof value === "number";
}
