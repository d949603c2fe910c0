// What a tool is: a name, an input schema and a function. Protocols turn these into their own messages.
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import * as z from "zod/mini";
import type { EditorApi, WorkspaceFolder } from "../contract";
import type { ClientDiffs } from "../clients/clientDiffs";
import type { EditorView } from "../view/editorCopy";
import { UserError } from "../../core/errors";

/** The instance as a tool sees it. */
export interface ToolContext extends CallerContext {
  /** Aborted when the caller has taken the call back, or does not wait for its answer any more. */
  readonly unwanted: AbortSignal;
}

/** What is the same for all calls of one client. */
export interface CallerContext {
  readonly worktree: string;
  /** Names for the user: the calling agent's and the instance's. */
  readonly agent: string;
  readonly instance: string;
  /** Real paths: the worktree, and the workspace folders inside it. */
  readonly folders: readonly WorkspaceFolder[];
  readonly view: EditorView;
  readonly editor: EditorApi;
  /** What the calling client has proposed and nobody has decided. */
  readonly diffs: ClientDiffs;
  /** The real path of what a client sent; throws a UserError when it lies where this instance has no business. */
  readonly resolve: (sent: string) => string;
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema, draft 2020-12. */
  readonly inputSchema: { type: "object"; [key: string]: unknown };
  /** Never rejects for a reason that the client can mend: that is a result with isError. */
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
        return failure(
          `${name} was called with arguments it does not take:\n${z.prettifyError(parsed.error)}`,
        );
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
