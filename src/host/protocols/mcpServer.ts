// Creates the MCP server object of one client, for any transport.
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  CallToolRequestParamsSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from "@modelcontextprotocol/sdk/types.js";
import * as z from "zod/mini";
import { unknownTool, wrongCall } from "../../core/messages";
import type { CallerContext, Tool } from "../tools/tool";
import { tools as commonTools } from "../tools/tools";

export interface McpServerOptions {
  readonly tools?: readonly Tool[];
  readonly onDidListTools?: () => void;
}

/** The caller connects and closes it. */
export function createMcpServer(
  version: string,
  context: CallerContext,
  { tools = commonTools, onDidListTools }: McpServerOptions = {},
): Server {
  const server = new Server(
    { name: "berth", version },
    { capabilities: { tools: {} } },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => {
    onDidListTools?.();
    return {
      tools: tools.map(({ name, description, inputSchema }) => ({
        name,
        description,
        inputSchema,
      })),
    };
  });
  // With a handler for `tools/call`, the SDK would answer what it does not understand itself, exposing its internals.
  server.fallbackRequestHandler = ({ method, params }, { signal }) => {
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
    return tool.run(call.data.arguments, context, signal);
  };
  return server;
}
