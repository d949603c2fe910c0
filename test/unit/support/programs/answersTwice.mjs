// An MCP server that answers each call twice in one stream, and then cuts it. argv: port
import { createServer } from "node:http";
import { json } from "node:stream/consumers";

createServer(async (request, response) => {
  if (request.method !== "POST") {
    response.writeHead(405).end();
    return;
  }
  const { id, method, params } = await json(request);
  if (id === undefined) {
    response.writeHead(202).end();
    return;
  }
  const result =
    method === "initialize"
      ? {
          protocolVersion: params.protocolVersion,
          capabilities: { tools: {} },
          serverInfo: { name: "twice", version: "1" },
        }
      : { content: [{ type: "text", text: "done" }] };
  const answer = JSON.stringify({ jsonrpc: "2.0", id, result });
  if (method === "initialize") {
    response.writeHead(200, { "content-type": "application/json" }).end(answer);
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(`data: ${answer}\n\ndata: ${answer}\n\n`, () => {
    request.socket.destroy();
  });
}).listen(Number(process.argv[2]), "127.0.0.1");
