// Anthropic's Messages API, as far as Claude Code needs it.
import { randomUUID } from "node:crypto";
import { answerJson, type Dialect, done, type Turn } from "./dummyModel";

interface Block {
  readonly type: string;
  readonly text?: string;
}

interface Body {
  readonly model?: string;
  readonly stream?: boolean;
  readonly tools?: readonly unknown[];
  readonly messages?: readonly {
    readonly role: string;
    readonly content: string | readonly Block[];
  }[];
}

export const anthropic: Dialect = {
  read(path, body) {
    const { tools = [], messages = [] } = body as Body;
    // Requests for titles and the like have the same words in them, but no tools.
    if (tools.length === 0) return [];
    return messages
      .filter(({ role }) => role === "user")
      .flatMap(({ content }) =>
        typeof content === "string"
          ? [{ type: "text", text: content }]
          : content,
      )
      .map((block): Turn =>
        block.type === "tool_result"
          ? { kind: "tool", text: JSON.stringify(block) }
          : { kind: "words", text: block.text ?? "" },
      );
  },

  write(response, path, body, call) {
    const { model, stream } = body as Body;
    if (path.includes("count_tokens")) {
      answerJson(response, { input_tokens: 10 });
      return;
    }
    if (!path.startsWith("/v1/messages")) {
      response.writeHead(404).end();
      return;
    }
    const message = {
      id: `msg_${randomUUID()}`,
      type: "message",
      role: "assistant",
      model,
      stop_sequence: null,
      usage: { input_tokens: 10, output_tokens: 1 },
    };
    const stop_reason = call ? "tool_use" : "end_turn";
    const id = `toolu_${randomUUID()}`;
    if (!stream) {
      const block = call
        ? { type: "tool_use", id, ...call }
        : { type: "text", text: done };
      answerJson(response, { ...message, content: [block], stop_reason });
      return;
    }
    const send = (type: string, data: object): void => {
      const text = JSON.stringify({ type, ...data });
      response.write(`event: ${type}\ndata: ${text}\n\n`);
    };
    response.writeHead(200, { "content-type": "text/event-stream" });
    send("message_start", {
      message: { ...message, content: [], stop_reason: null },
    });
    send("content_block_start", {
      index: 0,
      content_block: call
        ? { type: "tool_use", id, name: call.name, input: {} }
        : { type: "text", text: "" },
    });
    send("content_block_delta", {
      index: 0,
      delta: call
        ? {
            type: "input_json_delta",
            partial_json: JSON.stringify(call.input),
          }
        : { type: "text_delta", text: done },
    });
    send("content_block_stop", { index: 0 });
    send("message_delta", {
      delta: { stop_reason, stop_sequence: null },
      usage: { output_tokens: 5 },
    });
    send("message_stop", {});
    response.end();
  },
};
