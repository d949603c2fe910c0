// The handshake ladder that every request passes before any other code: one guard per fault, each with its own answer.
import type { IncomingMessage } from "node:http";
import { isSameSecret } from "../../core/control/proof";

export interface Rejection {
  readonly status: 401 | 403 | 404 | 408 | 500 | 503;
  readonly reason: string;
}

export interface GuardFacts {
  readonly port: number;
  /** The tokens that open a path; undefined: no token is asked for. */
  tokensFor(path: string): readonly string[] | undefined;
  isKnownPath(path: string): boolean;
}

type Guard = (
  request: IncomingMessage,
  facts: GuardFacts,
) => Rejection | undefined;

/** Claude Code and OpenCode send the first, MCP and HTTP clients the second. */
const TOKEN_HEADERS = ["x-claude-code-ide-authorization", "authorization"];

const BEARER = /^Bearer +(.*)$/i;

const guards: readonly Guard[] = [
  function token(request, facts) {
    const accepted = facts.tokensFor(pathOf(request));
    if (accepted === undefined) return undefined;
    const sent = TOKEN_HEADERS.flatMap((name) =>
      (request.headersDistinct[name] ?? []).map((value) =>
        name === "authorization" ? BEARER.exec(value)?.[1] : value,
      ),
    );
    const [only] = sent;
    return sent.length === 1 &&
      only !== undefined &&
      accepted.some((each) => isSameSecret(only, each))
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
