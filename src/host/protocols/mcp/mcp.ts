// MCP over Streamable HTTP, for any MCP client: one session each, with answers and notifications as event streams.
import type { Protocol, ProtocolContext } from "../protocol";
import type { Sessions } from "./sessions";

export const mcp: Protocol = (instance) => {
  let sessions: Promise<Sessions> | undefined;
  return {
    http: new Map([
      [
        "/mcp",
        async (request, response) => {
          // As in Claude's protocol, the MCP SDK is loaded with the first client.
          sessions ??= newSessions(instance);
          await (await sessions).handle(request, response);
        },
      ],
    ]),
  };
};

async function newSessions(instance: ProtocolContext): Promise<Sessions> {
  const [{ Sessions }, { McpClient }] = await Promise.all([
    import("./sessions"),
    import("./mcpClient"),
  ]);
  const { log } = instance;
  return new Sessions({
    newClient: (clients) => new McpClient(instance, clients),
    newModern: async () => {
      const { ModernClients } = await import("./modernClients");
      return new ModernClients(instance);
    },
    admit: () => instance.admit(),
    log,
  });
}
