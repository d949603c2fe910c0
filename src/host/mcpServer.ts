// One MCP server object for one client, over whatever transport it came by.
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from "@modelcontextprotocol/sdk/types.js";
import type { CallerContext, Tool } from "./tools/tool";
import { tools as commonTools } from "./tools/tools";

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
  server.setRequestHandler(CallToolRequestSchema, ({ params }, { signal }) => {
    const tool = tools.find(({ name }) => name === params.name);
    if (!tool)
      throw new McpError(
        ErrorCode.InvalidParams,
        `Unknown tool: ${params.name.slice(0, 100)}`,
      );
    return tool.run(params.arguments, { ...context(), unwanted: signal });
  });
  return server;
}
