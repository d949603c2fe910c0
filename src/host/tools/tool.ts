// What a tool is: a name, an input schema and a function. Protocols map these to their own messages.
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import * as z from "zod/mini";
import type { Outcome } from "../../core/outcome";
import type {
  ActingEditor,
  DiffDecision,
  ProposedDiff,
  WorkspaceFolder,
} from "../contract";
import type { ClientDiffs } from "../clients/clientDiffs";
import type { Answer, OperationKind, Operations } from "../operationsContract";
import type { DiagnosticsView, EditorView } from "../view/editorView";
import { answerTooLarge, UserError } from "../../core/errors";
import { wrongArguments } from "../../core/messages/protocol";

/**
 * Bytes of one answer, as JSON. Less than what may be queued for a client (8 MB), so that one large answer is no backlog
 * of a client that does not read.
 */
export const MAX_ANSWER_BYTES = 7 * 1024 * 1024;
/** Characters of the list of wrong arguments: it names them, however long they are. */
const MAX_DETAILS = 1_000;

/** The instance as a tool of one client sees it. The same object for all calls: what may change is read when needed. */
export interface CallerContext {
  readonly worktree: string;
  /** Display name of the calling agent. */
  readonly agent: string;
  /** Real paths: the worktree, and the workspace folders inside it. */
  readonly folders: readonly WorkspaceFolder[];
  readonly view: EditorView;
  readonly diagnostics: DiagnosticsView;
  readonly editor: ActingEditor;
  /** The calling client's undecided diffs, to be closed. */
  readonly diffs: Pick<ClientDiffs, "close" | "closeAll">;
  /** Has the user decide on a change; see ClientDiffs.open. */
  readonly propose: (
    name: string,
    change: ProposedChange,
    cancelled?: AbortSignal,
  ) => Promise<Outcome<DiffDecision>>;
  /** A call begins. It has ended when what this returns is called. */
  readonly begin: () => () => void;
  /** Has the editor do it for this worktree. Throws a UserError with the reason if it cannot be done. */
  readonly operate: <Kind extends OperationKind>(
    kind: Kind,
    asks: Operations[Kind]["asks"],
  ) => Promise<Answer<Kind>>;
  /** The real path of a client path. Throws a UserError if the instance does not serve it. */
  readonly resolve: (sent: string) => string;
}

/** Real paths, equal except for a rename. */
export type ProposedChange = Pick<
  ProposedDiff,
  "oldPath" | "newPath" | "contents" | "takesReason"
>;

export interface Tool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema, draft 2020-12. */
  readonly inputSchema: { type: "object"; [key: string]: unknown };
  /** It changes nothing, neither a file nor what the user sees: whoever is cut off may ask again. */
  readonly isReadOnly: boolean;
  /**
   * A failure that the client can fix is a result with isError, not a rejection. `cancelled` is aborted when the caller
   * cancels the call or disconnects.
   */
  run(
    input: unknown,
    context: CallerContext,
    cancelled: AbortSignal,
  ): Promise<CallToolResult>;
}

export function defineTool<Shape extends z.core.$ZodLooseShape>(definition: {
  readonly name: string;
  readonly description: string;
  readonly isReadOnly?: true;
  readonly input: z.ZodMiniObject<Shape, z.core.$strict>;
  run(
    input: z.core.output<z.ZodMiniObject<Shape, z.core.$strict>>,
    context: CallerContext,
    cancelled: AbortSignal,
  ): Promise<CallToolResult> | CallToolResult;
}): Tool {
  const { name, description, isReadOnly = false, input: schema } = definition;
  return {
    name,
    description,
    isReadOnly,
    inputSchema: {
      ...z.toJSONSchema(schema, { io: "input" }),
      type: "object",
    },
    async run(input, context, cancelled) {
      const parsed = schema.safeParse(input ?? {});
      if (!parsed.success)
        return failure(
          wrongArguments(
            name,
            z.prettifyError(parsed.error).slice(0, MAX_DETAILS),
          ),
        );
      try {
        const result = await definition.run(parsed.data, context, cancelled);
        if (isTooLarge(result)) throw answerTooLarge(name, MAX_ANSWER_BYTES);
        return result;
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

/** Counts bytes only where it could matter: a character takes six at most. */
function isTooLarge({ content }: CallToolResult): boolean {
  let length = 0;
  for (const item of content)
    if (item.type === "text") length += item.text.length;
  return length * 6 > MAX_ANSWER_BYTES && jsonBytes(content) > MAX_ANSWER_BYTES;
}

export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
