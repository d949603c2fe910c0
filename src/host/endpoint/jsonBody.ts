// Reads a JSON request body, limited in size and validated against a schema.
import type { IncomingMessage } from "node:http";
import * as z from "zod/mini";
import {
  bodyIsNotJson,
  bodyIsNotUnderstood,
} from "../../core/messages/protocol";
import { readBody } from "./readBody";

const MAX_BYTES = 1024 * 1024;

export type Body<T> =
  | { readonly kind: "ok"; readonly value: T }
  | {
      readonly kind: "refused";
      readonly status: 400 | 413;
      readonly error: string;
    };

export async function readJsonBody<T>(
  request: IncomingMessage,
  schema: z.ZodMiniType<T>,
): Promise<Body<T>> {
  const bytes = await readBody(request, MAX_BYTES);
  if (bytes === undefined)
    return {
      kind: "refused",
      status: 413,
      error: `The body is larger than ${MAX_BYTES} bytes.`,
    };
  let sent: unknown;
  try {
    sent = JSON.parse(bytes.toString());
  } catch {
    return { kind: "refused", status: 400, error: bodyIsNotJson };
  }
  const parsed = schema.safeParse(sent);
  return parsed.success
    ? { kind: "ok", value: parsed.data }
    : {
        kind: "refused",
        status: 400,
        error: bodyIsNotUnderstood(z.prettifyError(parsed.error)),
      };
}
