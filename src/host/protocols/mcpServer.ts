// Creates the MCP server object of one client, for any transport of the revisions with sessions.
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { McpError } from "@modelcontextprotocol/sdk/types.js";
import type { Log } from "../../core/log";
import type { CallerContext, Tool } from "../tools/tool";
import { tools as commonTools } from "../tools/tools";
import { callTool, listTools, RpcError, rpcCodes } from "./toolCalls";

export interface McpServerOptions {
  readonly tools?: readonly Tool[];
  readonly onDidListTools?: () => void;
}

/** The caller connects and closes it. */
export function createMcpServer(
  { version, log }: { readonly version: string; readonly log: Log },
  context: CallerContext,
  { tools = commonTools, onDidListTools }: McpServerOptions = {},
): Server {
  const server = new Server(
    { name: "berth", version },
    { capabilities: { tools: {} } },
  );
  // With a handler of its own, the SDK would answer what it does not understand itself, exposing its internals.
  server.fallbackRequestHandler = async ({ method, params }, { signal }) => {
    if (method === "tools/list") {
      onDidListTools?.();
      return { tools: listTools(tools) };
    }
    if (method !== "tools/call")
      throw new McpError(rpcCodes.methodNotFound, "Method not found");
    try {
      return await callTool(tools, params, context, signal, log);
    } catch (error) {
      if (error instanceof RpcError)
        throw new McpError(error.code, error.message);
      throw error;
    }
  };
  return server;
}
