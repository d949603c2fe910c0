// One MCP server object for one client, over whatever transport it came by.
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  CallToolRequestParamsSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from "@modelcontextprotocol/sdk/types.js";
import * as z from "zod/mini";
import type { CallerContext, Tool } from "../tools/tool";
import { tools as commonTools } from "../tools/tools";

export interface McpServerOptions {
  readonly tools?: readonly Tool[];
  readonly onDidListTools?: () => void;
}

/** The context is read at every call, so that renames and folder changes count at once. The caller connects and closes it. */
export function createMcpServer(
  version: string,
  context: () => CallerContext,
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
  // A handler for `tools/call` itself would get only what the SDK understands; the rest it answers with its own insides.
  server.fallbackRequestHandler = ({ method, params }, { signal }) => {
    if (method !== "tools/call")
      throw new McpError(ErrorCode.MethodNotFound, "Method not found");
    const call = CallToolRequestParamsSchema.safeParse(params);
    if (!call.success)
      throw new McpError(
        ErrorCode.InvalidParams,
        `A call names a tool, and its arguments are an object:\n${z.prettifyError(call.error)}`,
      );
    const tool = tools.find(({ name }) => name === call.data.name);
    if (!tool)
      throw new McpError(
        ErrorCode.InvalidParams,
        `Unknown tool: ${call.data.name.slice(0, 100)}`,
      );
    return tool.run(call.data.arguments, { ...context(), unwanted: signal });
  };
  return server;
}
