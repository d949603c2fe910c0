// What a server on standard streams writes: a message on each line.
import { deserializeMessage } from "@modelcontextprotocol/sdk/shared/stdio.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";

/** undefined: the line is no message. */
export function parseMessage(line: Buffer): JSONRPCMessage | undefined {
  try {
    return deserializeMessage(line.toString());
  } catch {
    return undefined;
  }
}
