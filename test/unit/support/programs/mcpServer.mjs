// An MCP server that listens on a port of the system's choice, writes the number into the file that it is given, and has one tool,
// which tells the folder that it runs in.
import { renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";

const [, , portFile] = process.argv;

const server = createServer((request, response) => {
  void answer(request, response);
});
server.listen(0, "127.0.0.1", () => {
  writeFileSync(`${portFile}.new`, `${server.address().port}\n`);
  renameSync(`${portFile}.new`, portFile);
});

/** Without sessions: each request has a server of its own. */
async function answer(request, response) {
  const mcp = new McpServer({ name: "where", version: "1" });
  mcp.registerTool("where", { description: "Where it runs" }, () => ({
    content: [{ type: "text", text: `I run in ${process.cwd()}` }],
  }));
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: undefined,
  });
  response.once("close", () => void transport.close());
  await mcp.connect(transport);
  await transport.handleRequest(request, response);
}
