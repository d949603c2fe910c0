// Which clients are subscribed to which resources of one server, which knows one client: what one gives up, others may still want.
import type { JSONRPCRequest } from "@modelcontextprotocol/sdk/types.js";

/** The resource that a request is about, if it is one of these. */
export function subscriptionOf({ method, params }: JSONRPCRequest): {
  readonly subscribed?: string;
  readonly unsubscribed?: string;
} {
  const uri = params?.["uri"];
  if (typeof uri !== "string") return {};
  switch (method) {
    case "resources/subscribe":
      return { subscribed: uri };
    case "resources/unsubscribe":
      return { unsubscribed: uri };
    default:
      return {};
  }
}

export class Subscriptions<Client> {
  readonly #clients = new Map<string, Set<Client>>();

  add(uri: string, client: Client): void {
    const clients = this.#clients.get(uri) ?? new Set();
    this.#clients.set(uri, clients.add(client));
  }

  /** Whether nobody is subscribed to it now. */
  remove(uri: string, client: Client): boolean {
    const clients = this.#clients.get(uri);
    clients?.delete(client);
    if (clients && clients.size > 0) return false;
    this.#clients.delete(uri);
    return true;
  }

  /** Returns what nobody is subscribed to any more. */
  removeAllOf(client: Client): string[] {
    return [...this.#clients]
      .filter(([, clients]) => clients.has(client))
      .map(([uri]) => uri)
      .filter((uri) => this.remove(uri, client));
  }
}
