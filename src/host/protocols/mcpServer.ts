// Creates the MCP server object of one client, for any transport.
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  CallToolRequestParamsSchema,
  type CallToolResult,
  ErrorCode,
  McpError,
} from "@modelcontextprotocol/sdk/types.js";
import * as z from "zod/mini";
import { internalError, unknownTool, wrongCall } from "../../core/messages";
import { stackOf } from "../../core/errors";
import type { Log } from "../../core/log";
import type { CallerContext, Tool } from "../tools/tool";
import { tools as commonTools } from "../tools/tools";

export interface McpServerOptions {
  readonly tools?: readonly Tool[];
  readonly onDidListTools?: () => void;
}

/** Characters of a refusal's sentence that are logged: it may quote what the agent has sent. */
const MAX_LOGGED = 500;

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
  const list = () => {
    onDidListTools?.();
    return {
      tools: tools.map(({ name, description, inputSchema }) => ({
        name,
        description,
        inputSchema,
      })),
    };
  };
  // With a handler of its own, the SDK would answer what it does not understand itself, exposing its internals.
  server.fallbackRequestHandler = async ({ method, params }, { signal }) => {
    if (method === "tools/list") return list();
    if (method !== "tools/call")
      throw new McpError(ErrorCode.MethodNotFound, "Method not found");
    const call = CallToolRequestParamsSchema.safeParse(params);
    if (!call.success)
      throw new McpError(
        ErrorCode.InvalidParams,
        wrongCall(z.prettifyError(call.error)),
      );
    const tool = tools.find(({ name }) => name === call.data.name);
    if (!tool)
      throw new McpError(
        ErrorCode.InvalidParams,
        unknownTool(call.data.name.slice(0, 100)),
      );
    try {
      const result = await tool.run(call.data.arguments, context, signal);
      if (result.isError)
        log.info(
          `${context.agent}: ${tool.name} refused: ${textOf(result).slice(0, MAX_LOGGED)}`,
        );
      return result;
    } catch (error) {
      // The edge for what nobody expected. Where the caller is gone, it has only ended with the connection.
      if (!signal.aborted)
        log.error(`${context.agent}: ${tool.name} failed: ${stackOf(error)}`);
      throw new McpError(ErrorCode.InternalError, internalError);
    }
  };
  return server;
}

function textOf({ content }: CallToolResult): string {
  return content
    .map((item) => (item.type === "text" ? item.text : ""))
    .join("\n");
}
