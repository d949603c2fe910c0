// MCP over Streamable HTTP, for any MCP client: one session each, with answers and notifications as event streams.
import type { Protocol } from "../protocol";
import type { Sessions } from "./sessions";

export const mcp: Protocol = (instance) => {
  let sessions: Promise<Sessions> | undefined;
  return {
    http: new Map([
      [
        "/mcp",
        async (request, response) => {
          // As in Claude's protocol, the MCP SDK is loaded with the first client.
          sessions ??= import("./sessions").then(
            ({ Sessions }) => new Sessions(instance),
          );
          await (await sessions).handle(request, response);
        },
      ],
    ]),
  };
};
