// `berth mcp`: one MCP server over all instances, in both eras of MCP. Its tools are those of an instance, with the instance that is
// meant as one argument more.
import { randomUUID } from "node:crypto";
import {
  type CallToolResult,
  ProtocolError,
  Server,
} from "@modelcontextprotocol/server";
import {
  serveStdio,
  StdioServerTransport,
} from "@modelcontextprotocol/server/stdio";
import { messageOf, UserError } from "../../core/errors";
import type { Log } from "../../core/log";
import { unknownTool } from "../../core/messages/protocol";
import { withExtensions } from "../../host/protocols/mcp/extensions";
import { listTools, rpcCodes } from "../../host/protocols/toolCalls";
import type { Tool } from "../../host/tools/tool";
import { InstanceReach } from "../bridge/instanceReach";
import { needsTarget, noTarget, StaleInstance } from "../errors";
import { listMachine, type Machine } from "../machine";
import { findInstance } from "../target";
import { readerGone } from "../terminal";
import { type Caller, InstanceClient } from "./instanceClient";

const LIST = "list_instances";

const targetSchema = {
  type: "string",
  description:
    "The instance: its name, id, port, branch, or a path in its worktree; see list_instances.",
};

const listTool = {
  name: LIST,
  description:
    "The instances on this machine: one for each git worktree that is open in an editor. Every other tool takes one of them as its target.",
  inputSchema: { type: "object" as const, properties: {} },
  annotations: { readOnlyHint: true as const },
};

export interface RouterOptions {
  readonly machine: Machine;
  /** Of Berth. */
  readonly version: string;
  /** Where the client works: reads without a target are for the instance of this directory. */
  readonly directory: string;
  readonly log: Log;
}

/** Serves standard input and output until they end. */
export async function serveRouter(options: RouterOptions): Promise<void> {
  const router = new Router(options);
  const transport = new StdioServerTransport(process.stdin, process.stdout);
  // Before the transport listens to the same streams.
  const unread = readerGone();
  const ended = new Promise<void>((resolve) => {
    process.stdin.once("close", resolve);
    process.stdin.once("end", resolve);
  });
  const handle = serveStdio(() => router.newServer(), {
    transport,
    onerror: (error) => {
      options.log.warn(messageOf(error));
    },
  });
  await Promise.race([ended, unread]);
  await handle.close();
  await router.end();
}

class Router {
  readonly #tools = withExtensions([]);
  readonly #clients = new Map<string, InstanceClient>();
  readonly #id = randomUUID();

  constructor(private readonly options: RouterOptions) {}

  newServer() {
    const { version } = this.options;
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- The tools of this one are plain data, and no functions of an McpServer.
    const server = new Server(
      { name: "berth", version },
      { capabilities: { tools: {} } },
    );
    server.fallbackRequestHandler = async ({ method, params }, { mcpReq }) => {
      if (method === "tools/list")
        return { tools: [listTool, ...listTools(this.#tools).map(withTarget)] };
      if (method !== "tools/call")
        throw new ProtocolError(rpcCodes.methodNotFound, "Method not found");
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- The context has it for clients of 2026-07-28 only.
      const info = server.getClientVersion();
      const caller = {
        name: info?.name ?? "berth mcp",
        version: info?.version ?? version,
      };
      const { name, arguments: args = {} } = (params ?? {}) as {
        name?: unknown;
        arguments?: Record<string, unknown>;
      };
      try {
        return await this.#call(String(name), args, caller, mcpReq.signal);
      } catch (error) {
        if (error instanceof UserError) return failure(error.message);
        throw error;
      }
    };
    return server;
  }

  async end(): Promise<void> {
    await Promise.all([...this.#clients.values()].map((each) => each.end()));
  }

  async #call(
    name: string,
    { target, ...args }: Record<string, unknown>,
    caller: Caller,
    signal: AbortSignal,
  ): Promise<CallToolResult> {
    if (name === LIST) return this.#list();
    const tool = this.#tools.find((each) => each.name === name);
    if (!tool)
      throw new ProtocolError(
        rpcCodes.invalidParams,
        unknownTool(name.slice(0, 100)),
      );
    const client = await this.#clientFor(tool, target);
    return client.call(
      { name, args, isReadOnly: tool.isReadOnly, signal },
      caller,
    );
  }

  async #clientFor(tool: Tool, target: unknown): Promise<InstanceClient> {
    const { machine, directory, log } = this.options;
    const wanted = readTarget(target);
    if (wanted === undefined && !tool.isReadOnly) throw needsTarget(tool.name);
    // Named anew each time: what a name means may have changed since.
    const { worktree } = await findInstance(
      machine,
      wanted,
      // What an agent writes is a path only if it is a whole one.
      wanted === undefined ? directory : "/",
    ).catch((error: unknown) => {
      // A successor of it may be starting.
      if (error instanceof StaleInstance) return error.record;
      throw error;
    });
    const known = this.#clients.get(worktree);
    if (known) return known;
    const reach = new InstanceReach(machine, { worktree });
    const client = new InstanceClient(reach, this.#id, log);
    this.#clients.set(worktree, client);
    return client;
  }

  async #list(): Promise<CallToolResult> {
    const { machine, directory } = this.options;
    const { instances, backends } = await listMachine(machine);
    const here = await findInstance(machine, undefined, directory).catch(
      () => undefined,
    );
    const listed = instances
      .filter(({ liveness }) => ["live", "unresponsive"].includes(liveness))
      .map(({ record, liveness, health }) => ({
        name: record.name,
        id: record.instanceId,
        port: record.port,
        worktree: record.worktree,
        repository: record.repository,
        branch: record.branch,
        state: liveness,
        clients: health?.clients ?? null,
        isActive: health?.active ?? null,
        isHere: record.instanceId === here?.instanceId,
        backends: backends
          .filter(
            (each) =>
              each.liveness === "live" &&
              each.record.worktree === record.worktree,
          )
          .map(({ record: { name, state, url } }) => ({ name, state, url })),
      }));
    return {
      content: [{ type: "text", text: JSON.stringify({ instances: listed }) }],
    };
  }
}

/** Throws a UserError for what names nothing: it is never taken for the directory. */
function readTarget(target: unknown): string | undefined {
  if (target === undefined) return undefined;
  const text = typeof target === "number" ? String(target) : target;
  if (typeof text === "string" && text !== "") return text;
  throw noTarget(JSON.stringify(target));
}

/** What changes something says whom it means; what only reads may leave that to the directory. */
function withTarget(tool: ReturnType<typeof listTools>[number]) {
  const { properties = {}, required = [] } = tool.inputSchema as {
    properties?: object;
    required?: string[];
  };
  return {
    ...tool,
    inputSchema: {
      ...tool.inputSchema,
      properties: { ...properties, target: targetSchema },
      required: tool.annotations ? required : [...required, "target"],
    },
  };
}

function failure(text: string): CallToolResult {
  return { content: [{ type: "text", text }], isError: true };
}
