// An MCP server on standard streams with one resource, whose text is what its client is subscribed to.
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import {
  ReadResourceRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";

const subscribed = new Set();
const server = new Server(
  { name: "subscribed", version: "1" },
  { capabilities: { resources: { subscribe: true } } },
);
server.setRequestHandler(SubscribeRequestSchema, ({ params }) => {
  subscribed.add(params.uri);
  return {};
});
server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => {
  subscribed.delete(params.uri);
  return {};
});
server.setRequestHandler(ReadResourceRequestSchema, ({ params }) => ({
  contents: [{ uri: params.uri, text: [...subscribed].sort().join(" ") }],
}));
await server.connect(new StdioServerTransport());
