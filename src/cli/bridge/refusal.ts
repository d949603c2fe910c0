// An endpoint's refusal of a request, by an HTTP status, as the answer that the client of the request is given.
import {
  errorCodes,
  type Message,
  type Request,
  readMessages,
} from "./message";
import type { Reply } from "./reply";

export async function readRefusal(
  reply: Reply,
  { id, method }: Request,
): Promise<Message> {
  const [body] = readMessages(await reply.body()) ?? [];
  const error = (body?.error ?? {}) as { code?: number; message?: string };
  const { code = errorCodes.internal, message = `status ${reply.status}` } =
    error;
  // An older endpoint does not know it, whatever words it has for that.
  if (method === "server/discover" && !isModernCode(code))
    return { id, error: { code: errorCodes.unknownMethod, message } };
  return { id, error: { ...error, code, message } };
}

/** Of revision 2026-07-28: header mismatch, missing capability, unsupported version. */
function isModernCode(code: number): boolean {
  return code <= -32_020 && code >= -32_022;
}
