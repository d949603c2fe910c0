// Claude Code's IDE protocol: MCP over a WebSocket at the root path. Protocol facts were observed with the real client.
import type { Protocol } from "../protocol";

export const claude: Protocol = (instance) => ({
  webSocket: new Map([
    [
      "/",
      async () => {
        // Load the MCP SDK with the first agent: a window without one saves the memory and the startup time.
        const { ClaudeClient } = await import("./claudeClient");
        return (socket) => {
          instance.onDidConnect(new ClaudeClient(socket, instance));
        };
      },
    ],
  ]),
});
