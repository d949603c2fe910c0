// Gemini's API, as far as Gemini CLI needs it.
import { answerJson, type Dialect, done, type Turn } from "./dummyModel";

interface Part {
  readonly text?: string;
  readonly functionResponse?: unknown;
}

interface Body {
  readonly tools?: readonly unknown[];
  readonly contents?: readonly {
    readonly role?: string;
    readonly parts?: readonly Part[];
  }[];
}

export const gemini: Dialect = {
  read(_path, body) {
    const { tools = [], contents = [] } = body as Body;
    // Requests that only choose a model have the same words in them, but no tools.
    if (tools.length === 0) return [];
    return contents
      .filter(({ role }) => role === "user")
      .flatMap(({ parts = [] }) => parts)
      .map(({ text = "", functionResponse }): Turn =>
        functionResponse === undefined
          ? { kind: "words", text }
          : { kind: "tool", text: JSON.stringify(functionResponse) },
      );
  },

  write(response, path, body, call) {
    if (path.includes("countTokens")) {
      answerJson(response, { totalTokens: 5 });
      return;
    }
    const { tools = [] } = body as Body;
    const part = call
      ? {
          functionCall: { name: call.name, args: call.input },
          thoughtSignature: "c2ln",
        }
      : { text: tools.length > 0 ? done : JSON.stringify(routing) };
    const answer = {
      candidates: [
        {
          content: { role: "model", parts: [part] },
          finishReason: "STOP",
          index: 0,
        },
      ],
      usageMetadata: {
        promptTokenCount: 5,
        candidatesTokenCount: 2,
        totalTokenCount: 7,
      },
      modelVersion: "dummy",
    };
    if (!path.includes("streamGenerateContent")) {
      answerJson(response, answer);
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(`data: ${JSON.stringify(answer)}\r\n\r\n`);
  },
};

/** The answer when asked how complex a prompt is. */
const routing = { complexity_reasoning: "It is a test.", complexity_score: 10 };
