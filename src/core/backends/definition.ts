// What a user writes of a backend, in the setting berth.backends or in backends.json, checked entry by entry.
// By hand: the extension's bundle, which every window loads, holds no validation library.
import {
  backendEntryIsWrong,
  backendIsNoObject,
  backendNameIsTaken,
  backendNameIsUnusable,
  backendPortIsTaken,
  backendVariableIsUnknown,
} from "../backendMessages";
import { isObject } from "../isObject";
import {
  type Entry,
  nonEmpty,
  objectOrUndefined,
  boolean,
  texts,
  textMap,
  loopbackUrl,
  oneOf,
  number,
} from "./fields";
import { fixedPort, textsOf } from "./address";
import { unknownVariables, usesVariable } from "./variables";

/** Texts may hold variables; see variables.ts. */
export interface BackendDefinition {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** "stdio": an MCP server on its standard streams. "http": it listens on a port of its own. */
  readonly type: "stdio" | "http";
  /** null: nothing is known of it but its port. */
  readonly url: string | null;
  /** What its clients send; Berth sends them too when it asks whether it is ready. */
  readonly headers: Readonly<Record<string, string>>;
  readonly ready: Readiness;
  /** Seconds. */
  readonly readyTimeout: number;
  /** Whether it is an MCP server, and so agents are told of it. */
  readonly isMcp: boolean;
  readonly start: "onDemand" | "withWorktree";
  /** Minutes without a connection or a session of a program after which it stops; null: never. */
  readonly idleMinutes: number | null;
  /** Seconds that it goes on after its last session. */
  readonly linger: number;
}

/** What tells that a backend serves. */
export type Readiness =
  /** Any HTTP answer; `path` null: that of its URL. */
  | { readonly kind: "http"; readonly path: string | null }
  /** It accepts a connection. */
  | { readonly kind: "tcp" }
  /** It has written a line that contains the text. */
  | { readonly kind: "output"; readonly text: string }
  /** It answers on its standard streams. */
  | { readonly kind: "stdio" };

export interface ParsedBackends {
  readonly definitions: readonly BackendDefinition[];
  /** A sentence for each entry that is left out. */
  readonly problems: readonly string[];
}

const READY_TIMEOUT = 10;
const LINGER = 20;
const NAME = /^[A-Za-z0-9][\w.-]{0,63}$/;

type Parse<T> = (value: unknown) => T | undefined;

/** undefined if the value is no object at all. A null entry is skipped: it removes one of a wider scope. */
export function parseBackends(value: unknown): ParsedBackends | undefined {
  if (!isObject(value)) return undefined;
  const parsed = Object.entries(value)
    .filter(([, entry]) => entry !== null)
    .map(([name, entry]) => parseBackend(name, entry));
  const definitions = parsed.filter((each) => typeof each !== "string");
  const problems = parsed.filter((each) => typeof each === "string");
  const ports = new Map<number, string>();
  const names = new Map<string, string>();
  const distinct = definitions.filter((each) => {
    const key = backendKey(each.name);
    const namesake = names.get(key);
    const port = fixedPort(each);
    const other = port === undefined ? undefined : ports.get(port);
    if (namesake !== undefined)
      problems.push(backendNameIsTaken(each.name, namesake));
    else if (port !== undefined && other !== undefined)
      problems.push(backendPortIsTaken(each.name, port, other));
    else {
      names.set(key, each.name);
      if (port !== undefined) ports.set(port, each.name);
      return true;
    }
    return false;
  });
  return { definitions: distinct, problems };
}

/** The same for names that variables of terminals, and agents' settings, do not tell apart. */
export function backendKey(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "_");
}

export function isBackendName(name: string): boolean {
  return NAME.test(name);
}

function parseBackend(
  name: string,
  entry: unknown,
): BackendDefinition | string {
  if (!isBackendName(name)) return backendNameIsUnusable(name);
  if (!isObject(entry)) return backendIsNoObject(name);
  try {
    return readBackend(name, entry);
  } catch (error) {
    if (error instanceof WrongField)
      return backendEntryIsWrong(name, error.field, error.message);
    if (error instanceof UnknownVariable)
      return backendVariableIsUnknown(name, error.message);
    throw error;
  }
}

/** `message` is what the field has to be. */
class WrongField extends Error {
  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

/** `message` is the variable, as it is written. */
class UnknownVariable extends Error {}

const FIELDS = [
  "type",
  "command",
  "args",
  "env",
  "cwd",
  "url",
  "headers",
  "ready",
  "mcp",
  "start",
  "idleMinutes",
  "linger",
];
const READY_FIELDS = ["http", "tcp", "output", "timeout"];

function readBackend(name: string, entry: Entry): BackendDefinition {
  refuseUnknown(entry, FIELDS, "");
  const read = <T>(
    field: string,
    parse: Parse<T>,
    what: string,
    fallback?: T,
  ): T => {
    const value = entry[field] === undefined ? fallback : parse(entry[field]);
    if (value === undefined) throw new WrongField(field, what);
    return value;
  };
  const command = read("command", nonEmpty, "a text that names a program");
  const args = read("args", texts, "a list of texts", []);
  const env = read("env", textMap, "an object of texts", {});
  const cwd = read(
    "cwd",
    nonEmpty,
    "a text that names a folder",
    "${worktree}",
  );
  const url = read<string | null>(
    "url",
    loopbackUrl,
    "an address of this machine, such as http://127.0.0.1:${port}/mcp",
    null,
  );
  const headers = read("headers", textMap, "an object of texts", {});
  const given = textsOf({ command, args, env, cwd, url });
  const [unknown] = unknownVariables([...given, ...Object.values(headers)]);
  if (unknown !== undefined) throw new UnknownVariable(unknown);
  const listens =
    url !== null ||
    given.some((text) => usesVariable(text, "port", "portFile"));
  const type = read(
    "type",
    oneOf("stdio", "http"),
    '"stdio" or "http"',
    listens ? "http" : "stdio",
  );
  if (type === "stdio" && url !== null)
    throw new WrongField("url", 'left out where "type" is "stdio"');
  if (type === "http" && !listens)
    throw new WrongField(
      "type",
      '"stdio", or ${port}, ${portFile} or a url must tell where it listens',
    );
  const ready = read("ready", objectOrUndefined, "an object", {});
  return {
    name,
    command,
    args,
    env,
    cwd,
    type,
    url,
    headers,
    ready: type === "stdio" ? readStdioReady(ready) : readReady(ready, url),
    readyTimeout: readTimeout(ready),
    isMcp: read(
      "mcp",
      boolean,
      "true or false",
      type === "stdio" || /\/mcp\/?$/.test(url ?? ""),
    ),
    start: read(
      "start",
      oneOf("onDemand", "withWorktree"),
      '"onDemand" or "withWorktree"',
      "onDemand",
    ),
    idleMinutes: read<number | null>(
      "idleMinutes",
      number(0.01, 100_000),
      "a number of minutes",
      null,
    ),
    linger: read("linger", number(0, 86_400), "a number of seconds", LINGER),
  };
}

function readStdioReady(ready: Entry): Readiness {
  refuseUnknown(ready, ["timeout"], "ready.");
  return { kind: "stdio" };
}

function readReady(ready: Entry, url: string | null): Readiness {
  refuseUnknown(ready, READY_FIELDS, "ready.");
  const { http, tcp, output } = ready;
  if ([http, tcp, output].filter((each) => each !== undefined).length > 1)
    throw new WrongField("ready", "only one of http, tcp and output");
  if (http !== undefined) {
    // "//host/" and "/\\host/" would be another host's.
    if (typeof http !== "string" || !/^\/(?![/\\])/.test(http))
      throw new WrongField("ready.http", 'a path such as "/mcp"');
    return { kind: "http", path: http };
  }
  if (output !== undefined) {
    const text = nonEmpty(output);
    if (text === undefined)
      throw new WrongField("ready.output", "a text of its output");
    return { kind: "output", text };
  }
  if (tcp !== undefined && tcp !== true)
    throw new WrongField("ready.tcp", "true");
  return tcp !== true && url !== null
    ? { kind: "http", path: null }
    : { kind: "tcp" };
}

function readTimeout(ready: Entry): number {
  if (ready["timeout"] === undefined) return READY_TIMEOUT;
  const timeout = number(0.1, 3_600)(ready["timeout"]);
  if (timeout === undefined)
    throw new WrongField("ready.timeout", "a number of seconds");
  return timeout;
}

function refuseUnknown(
  entry: Entry,
  known: readonly string[],
  prefix: string,
): void {
  const unknown = Object.keys(entry).find((field) => !known.includes(field));
  if (unknown !== undefined)
    throw new WrongField(
      `${prefix}${unknown}`,
      `one of ${known.map((field) => prefix + field).join(", ")}`,
    );
}
