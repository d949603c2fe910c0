// What a server on standard streams asks of its client, which is Berth: the answers are the same for all of its clients.
import path from "node:path";
import { pathToFileURL } from "node:url";
import type {
  JSONRPCRequest,
  JSONRPCResponse,
} from "@modelcontextprotocol/sdk/types.js";

/** Of JSON-RPC. */
const METHOD_NOT_FOUND = -32_601;

/** Its only root is the worktree. */
export function answerServer(
  { id, method }: JSONRPCRequest,
  worktree: string,
): JSONRPCResponse {
  switch (method) {
    case "ping":
      return { jsonrpc: "2.0", id, result: {} };
    case "roots/list": {
      const uri = pathToFileURL(worktree).href;
      const root = { uri, name: path.basename(worktree) };
      return { jsonrpc: "2.0", id, result: { roots: [root] } };
    }
    default:
      return {
        jsonrpc: "2.0",
        id,
        error: { code: METHOD_NOT_FOUND, message: "Method not found" },
      };
  }
}
