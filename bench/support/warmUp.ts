// Loads and uses the parts of Node that every extension host has already loaded, so that they do not count as ours.
import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";

export async function warmUp(): Promise<void> {
  createHash("sha256").update(randomUUID()).digest();
  await readdir(__dirname);
  await readFile(__filename);
  await promisify(execFile)("git", ["--version"]);
  const server = createServer((_request, response) => response.end("hello"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const request = get({ port, host: "127.0.0.1", agent: false });
  await once(request, "response");
  server.closeAllConnections();
  server.close();
}
