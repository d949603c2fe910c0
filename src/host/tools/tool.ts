// What a tool is: a name, an input schema and a function. Protocols map these to their own messages.
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import * as z from "zod/mini";
import type { EditorApi, WorkspaceFolder } from "../contract";
import type { ClientDiffs } from "../clients/clientDiffs";
import type { EditorView } from "../view/editorCopy";
import { UserError } from "../../core/errors";
import { wrongArguments } from "../../core/messages";

/** The instance as a tool sees it. */
export interface ToolContext extends CallerContext {
  /** Aborted when the caller cancels the call or disconnects. */
  readonly cancelled: AbortSignal;
}

/** The same for all calls of one client. */
export interface CallerContext {
  readonly worktree: string;
  /** Display names of the calling agent and the instance. */
  readonly agent: string;
  readonly instance: string;
  /** Real paths: the worktree, and the workspace folders inside it. */
  readonly folders: readonly WorkspaceFolder[];
  readonly view: EditorView;
  readonly editor: EditorApi;
  /** The calling client's undecided diffs. */
  readonly diffs: ClientDiffs;
  /** The real path of a client path. Throws a UserError if the instance does not serve it. */
  readonly resolve: (sent: string) => string;
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema, draft 2020-12. */
  readonly inputSchema: { type: "object"; [key: string]: unknown };
  /** A failure that the client can fix is a result with isError, not a rejection. */
  run(input: unknown, context: ToolContext): Promise<CallToolResult>;
}

export function defineTool<Shape extends z.core.$ZodLooseShape>(definition: {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodMiniObject<Shape, z.core.$strict>;
  run(
    input: z.core.output<z.ZodMiniObject<Shape, z.core.$strict>>,
    context: ToolContext,
  ): Promise<CallToolResult> | CallToolResult;
}): Tool {
  const { name, description, input: schema } = definition;
  return {
    name,
    description,
    inputSchema: {
      ...z.toJSONSchema(schema, { io: "input" }),
      type: "object",
    },
    async run(input, context) {
      const parsed = schema.safeParse(input ?? {});
      if (!parsed.success)
        return failure(wrongArguments(name, z.prettifyError(parsed.error)));
      try {
        return await definition.run(parsed.data, context);
      } catch (error) {
        if (error instanceof UserError) return failure(error.message);
        throw error;
      }
    },
  };
}

export function text(...items: readonly string[]): CallToolResult {
  return { content: items.map((item) => ({ type: "text", text: item })) };
}

export function json(value: unknown): CallToolResult {
  return text(JSON.stringify(value));
}

function failure(message: string): CallToolResult {
  return { ...text(message), isError: true };
}
