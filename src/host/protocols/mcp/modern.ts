// What a request of MCP revision 2026-07-28 says of itself, beside what it asks.
import { CLIENT_HEADER } from "../../../core/control/clientHeader";
import type { Message } from "./webHttp";

const META = "io.modelcontextprotocol";

/** Whether the request says that it is of that revision or a later one, or is the goodbye of who has sent such. */
export function isModern(message: Message): boolean {
  const { request, body } = message;
  const { method, headers } = request;
  if (isGoodbye(message)) return true;
  if (method !== "POST") return false;
  return (
    metaOf(body)[`${META}/protocolVersion`] !== undefined ||
    String(headers["mcp-protocol-version"] ?? "") > "2025-12"
  );
}

/** See CLIENT_HEADER. */
export function isGoodbye({ request: { method, headers } }: Message): boolean {
  return (
    method === "DELETE" &&
    headers[CLIENT_HEADER] !== undefined &&
    headers["mcp-session-id"] === undefined
  );
}

export interface ClientInfo {
  readonly name: string;
  readonly version: string;
}

/** How its sender introduces itself. */
export function infoOf(body: unknown): ClientInfo | undefined {
  const info = metaOf(body)[`${META}/clientInfo`] as Partial<ClientInfo> | null;
  const { name, version } = info ?? {};
  return typeof name === "string" && typeof version === "string"
    ? { name, version }
    : undefined;
}

function metaOf(body: unknown): Readonly<Record<string, unknown>> {
  const { params } = (body ?? {}) as {
    params?: { _meta?: Record<string, unknown> } | null;
  };
  return params?._meta ?? {};
}
