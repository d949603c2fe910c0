// What a client may ask of its tools, in every revision of MCP: the list of them, and calls.
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import * as z from "zod/mini";
import { stackOf } from "../../core/errors";
import type { Log } from "../../core/log";
import {
  internalError,
  unknownTool,
  wrongCall,
} from "../../core/messages/protocol";
import type { CallerContext, Tool } from "../tools/tool";

/** Of JSON-RPC. */
export const rpcCodes = {
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internal: -32_603,
} as const;

/** An answer of JSON-RPC: the SDKs of both eras have an error class of their own for it. */
export class RpcError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

export interface ListedTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: Tool["inputSchema"];
  readonly annotations?: { readonly readOnlyHint: true };
}

const callSchema = z.object({
  name: z.string(),
  arguments: z.optional(z.record(z.string(), z.unknown())),
});

/** Characters of a refusal's sentence that are logged: it may quote what the agent has sent. */
const MAX_LOGGED = 500;

export function listTools(tools: readonly Tool[]): ListedTool[] {
  return tools.map(({ name, description, inputSchema, isReadOnly }) => ({
    name,
    description,
    inputSchema,
    ...(isReadOnly && { annotations: { readOnlyHint: true } }),
  }));
}

/** Throws an RpcError for what is no call, and for what nobody expected. */
export async function callTool(
  tools: readonly Tool[],
  params: unknown,
  context: CallerContext,
  signal: AbortSignal,
  log: Log,
): Promise<CallToolResult> {
  const call = callSchema.safeParse(params);
  if (!call.success)
    throw new RpcError(
      rpcCodes.invalidParams,
      wrongCall(z.prettifyError(call.error)),
    );
  const tool = tools.find(({ name }) => name === call.data.name);
  if (!tool)
    throw new RpcError(
      rpcCodes.invalidParams,
      unknownTool(call.data.name.slice(0, 100)),
    );
  const ended = context.begin();
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
    throw new RpcError(rpcCodes.internal, internalError);
  } finally {
    ended();
  }
}

function textOf({ content }: CallToolResult): string {
  return content
    .map((item) => (item.type === "text" ? item.text : ""))
    .join("\n");
}
