// What a client's session consists of, so that it can be set up again at a successor without the client noticing.
import type { Message, Request } from "./message";

/** Requests that change nothing, whatever the server: they may be sent again when nobody knows how far the first came. */
const READING = new Set([
  "initialize",
  "ping",
  "server/discover",
  "subscriptions/listen",
  "tools/list",
  "prompts/list",
  "prompts/get",
  "resources/list",
  "resources/templates/list",
  "resources/read",
  "resources/subscribe",
  "resources/unsubscribe",
  "completion/complete",
  "logging/setLevel",
  "tasks/get",
  "tasks/list",
]);

/** What servers tell of under their capabilities, and the notification that says that it has changed. */
const LISTS = ["tools", "prompts", "resources"] as const;

export class SessionMemory {
  #initialize: Request | undefined;
  #negotiated: string | undefined;
  #level: Request | undefined;
  #changingLists: readonly string[] = [];
  readonly #subscribed = new Map<unknown, Request>();
  readonly #readOnlyTools = new Set<unknown>();

  /** What the client has introduced itself with, once that was answered; undefined: it has no session. */
  get initialize(): Request | undefined {
    return this.#negotiated === undefined ? undefined : this.#initialize;
  }

  /** The revision that both sides have agreed on. */
  get negotiated(): string | undefined {
    return this.#negotiated;
  }

  /** What has to be asked again in a new session. */
  get replays(): readonly Request[] {
    return [
      ...(this.#level ? [this.#level] : []),
      ...this.#subscribed.values(),
    ];
  }

  /** What the client has to hear after another server has taken over: what it offers may be something else. */
  get changes(): readonly Message[] {
    return this.#changingLists.map((list) => ({
      method: `notifications/${list}/list_changed`,
    }));
  }

  /** Whether the request may be sent again although the first may have been carried out. */
  mayRepeat({ method, params }: Request): boolean {
    return method === "tools/call"
      ? this.#readOnlyTools.has(params?.["name"])
      : READING.has(method);
  }

  /** One of the replays is not to be asked again. */
  forget({ method, params }: Request): void {
    if (method === "logging/setLevel") this.#level = undefined;
    else this.#subscribed.delete(params?.["uri"]);
  }

  note(request: Request, response: Message): void {
    if (response.error !== undefined) return;
    const result = (response.result ?? {}) as Record<string, unknown>;
    switch (request.method) {
      case "initialize":
        this.#initialize = request;
        this.#negotiated = String(result["protocolVersion"]);
        this.#changingLists = listsOf(result["capabilities"]);
        return;
      case "logging/setLevel":
        this.#level = request;
        return;
      case "resources/subscribe":
        this.#subscribed.set(request.params?.["uri"], request);
        return;
      case "resources/unsubscribe":
        this.#subscribed.delete(request.params?.["uri"]);
        return;
      case "tools/list":
        this.#noteTools(result["tools"]);
    }
  }

  #noteTools(tools: unknown): void {
    if (!Array.isArray(tools)) return;
    for (const { name, annotations } of tools as ListedTool[])
      if (annotations?.readOnlyHint === true) this.#readOnlyTools.add(name);
      else this.#readOnlyTools.delete(name);
  }
}

interface ListedTool {
  readonly name?: unknown;
  readonly annotations?: { readonly readOnlyHint?: unknown };
}

function listsOf(capabilities: unknown): string[] {
  const all = (capabilities ?? {}) as Record<
    string,
    { listChanged?: unknown } | undefined
  >;
  return LISTS.filter((list) => all[list]?.listChanged === true);
}
