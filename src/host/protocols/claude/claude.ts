// Claude Code's IDE protocol: MCP over a WebSocket at the root path. Its facts were observed with the real client.
import type { Protocol } from "../protocol";
import { ClaudeClient } from "./claudeClient";

export const claude: Protocol = (instance) => ({
  webSocket: new Map([
    [
      "/",
      (socket) => {
        instance.onDidConnect(new ClaudeClient(socket, instance));
      },
    ],
  ]),
});
