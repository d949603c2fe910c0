// The handshake ladder that every request passes before any other code: one guard per fault, each with its own answer.
import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

export interface Rejection {
  readonly status: 401 | 403 | 404 | 408 | 503;
  readonly reason: string;
}

export interface GuardFacts {
  readonly port: number;
  readonly token: string;
  isKnownPath(path: string): boolean;
}

type Guard = (
  request: IncomingMessage,
  facts: GuardFacts,
) => Rejection | undefined;

/** Far longer than our tokens; anything longer is not compared at all. */
const MAX_TOKEN_LENGTH = 512;

/** Claude Code and OpenCode send the first, MCP and HTTP clients the second. */
const TOKEN_HEADERS = ["x-claude-code-ide-authorization", "authorization"];

const BEARER = /^Bearer +(.*)$/i;

const guards: readonly Guard[] = [
  function token(request, facts) {
    const sent = TOKEN_HEADERS.flatMap((name) =>
      (request.headersDistinct[name] ?? []).map((value) =>
        name === "authorization" ? BEARER.exec(value)?.[1] : value,
      ),
    );
    const [only] = sent;
    return sent.length === 1 &&
      only !== undefined &&
      isSameToken(only, facts.token)
      ? undefined
      : { status: 401, reason: "no valid token" };
  },
  // No agent sends an Origin and every web page does, so pages are locked out (CVE-2025-52882).
  function origin(request) {
    return request.headers.origin === undefined
      ? undefined
      : { status: 403, reason: "web pages may not connect" };
  },
  // Against DNS rebinding: a foreign name may resolve to 127.0.0.1.
  function host(request, { port }) {
    const sent = request.headersDistinct["host"] ?? [];
    return sent.length === 1 &&
      (sent[0] === `127.0.0.1:${port}` || sent[0] === `localhost:${port}`)
      ? undefined
      : { status: 403, reason: "wrong Host header" };
  },
  function path(request, facts) {
    return facts.isKnownPath(pathOf(request))
      ? undefined
      : { status: 404, reason: "unknown path" };
  },
];

/** The first fault found, or undefined if there is none. */
export function guard(
  request: IncomingMessage,
  facts: GuardFacts,
): Rejection | undefined {
  for (const check of guards) {
    const rejection = check(request, facts);
    if (rejection) return rejection;
  }
  return undefined;
}

/** The path without its query. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? "/").split("?", 1)[0] ?? "/";
}

function isSameToken(sent: string, token: string): boolean {
  if (sent.length > MAX_TOKEN_LENGTH) return false;
  const [a, b] = [Buffer.from(sent), Buffer.from(token)];
  // timingSafeEqual requires equal lengths; comparing b with itself takes the same time if they differ.
  return (
    timingSafeEqual(a.length === b.length ? a : b, b) && a.length === b.length
  );
}
