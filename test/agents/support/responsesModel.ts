// OpenAI's Responses API, as far as Codex needs it.
import { randomUUID } from "node:crypto";
import { type Dialect, done, type Turn } from "./dummyModel";

interface Item {
  readonly type?: string;
  readonly role?: string;
  readonly content?: readonly { readonly text?: string }[];
  readonly output?: unknown;
}

interface Body {
  readonly tools?: readonly unknown[];
  readonly input?: readonly Item[];
}

export const responses: Dialect = {
  read(_path, body) {
    const { tools = [], input = [] } = body as Body;
    if (tools.length === 0) return [];
    return input.flatMap(({ type, role, content = [], output }): Turn[] => {
      if (type === "function_call_output")
        return [{ kind: "tool", text: JSON.stringify(output) }];
      return role === "user"
        ? content.map(({ text = "" }): Turn => ({ kind: "words", text }))
        : [];
    });
  },

  write(response, path, _body, call) {
    if (!path.includes("/responses")) {
      response.writeHead(404).end("{}");
      return;
    }
    const send = (type: string, data: object): void => {
      const text = JSON.stringify({ type, ...data });
      response.write(`event: ${type}\ndata: ${text}\n\n`);
    };
    const id = `resp_${randomUUID()}`;
    const item = call
      ? {
          type: "function_call",
          id: `fc_${randomUUID()}`,
          call_id: `call_${randomUUID()}`,
          ...toolOf(call.name),
          arguments: JSON.stringify(call.input),
        }
      : {
          type: "message",
          role: "assistant",
          id: `msg_${randomUUID()}`,
          content: [{ type: "output_text", text: done, annotations: [] }],
        };
    response.writeHead(200, { "content-type": "text/event-stream" });
    send("response.created", {
      response: { id, status: "in_progress", output: [] },
    });
    send("response.output_item.added", { output_index: 0, item });
    send("response.output_item.done", { output_index: 0, item });
    const usage = {
      input_tokens: 1,
      output_tokens: 1,
      total_tokens: 2,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens_details: { reasoning_tokens: 0 },
    };
    send("response.completed", {
      response: { id, status: "completed", output: [item], usage },
    });
    response.end();
  },
};

/** Codex has the tools of each MCP server in a namespace (seen with 0.169.0). */
function toolOf(name: string) {
  const [, namespace, tool] = /^(mcp__\w+?)__(\w+)$/.exec(name) ?? [];
  return namespace === undefined ? { name } : { namespace, name: tool };
}
