// Claude Code's IDE protocol: MCP over a WebSocket at the root path. Its facts were observed with the real client.
import type { Protocol } from "../protocol";

export const claude: Protocol = (instance) => ({
  webSocket: new Map([
    [
      "/",
      async () => {
        // The MCP SDK is loaded with the first agent: a window without one saves its memory, and its time at the start.
        const { ClaudeClient } = await import("./claudeClient");
        return (socket) => {
          instance.onDidConnect(new ClaudeClient(socket, instance));
        };
      },
    ],
  ]),
});
