// Claude Code's IDE protocol: MCP over a WebSocket at the root path. Its facts were observed with the real client.
import type { WebSocket } from "ws";
import type { Protocol, ProtocolSide } from "../protocol";

export const claude: Protocol = (instance) => ({
  webSocket: new Map([["/", (socket) => void connect(socket, instance)]]),
});

/** The MCP SDK is loaded with the first agent: a window without one saves its memory, and its time at the start. */
async function connect(
  socket: WebSocket,
  instance: ProtocolSide,
): Promise<void> {
  // What the agent sends at once must not arrive before there is someone to read it.
  socket.pause();
  const { ClaudeClient } = await import("./claudeClient");
  instance.onDidConnect(new ClaudeClient(socket, instance));
  socket.resume();
}
