// Backends of each kind for tests: MCP servers whose answers tell their worktrees apart.
import { createRequire } from "node:module";
import path from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { supervisorsIn } from "./supervisors";

/** The reference server of the protocol's authors. */
export const everything = createRequire(__filename).resolve(
  "@modelcontextprotocol/server-everything/dist/index.js",
);

/** By name. Node is the tests' own: terminals of a VS Code may find another one. */
export const mcpBackends = {
  http: {
    command: process.execPath,
    args: [everything, "streamableHttp"],
    env: { PORT: "${port}", WORKTREE: "I am for ${worktree}" },
    url: "http://127.0.0.1:${port}/mcp",
    ready: { timeout: 60 },
  },
  stdio: {
    type: "stdio",
    command: process.execPath,
    args: [everything, "stdio"],
    env: { WORKTREE: "I am for ${worktree}" },
    ready: { timeout: 60 },
  },
  file: {
    command: process.execPath,
    args: [
      path.resolve("test/unit/support/programs/mcpServer.mjs"),
      "${portFile}",
    ],
    url: "http://127.0.0.1:${port}/mcp",
    ready: { timeout: 60 },
  },
} as const;
export type BackendName = keyof typeof mcpBackends;
export const backendNames: readonly BackendName[] = ["http", "stdio", "file"];

/** The tool of each that tells its worktree, and what its answer holds. */
export const tellingTools = {
  http: { tool: "get-env", says: (worktree: string) => `I am for ${worktree}` },
  stdio: {
    tool: "get-env",
    says: (worktree: string) => `I am for ${worktree}`,
  },
  file: { tool: "where", says: (worktree: string) => `I run in ${worktree}` },
} satisfies Record<BackendName, unknown>;

/** Asks the supervisor whose home is in the directory for a session, as any program may. */
export async function requestSession(
  directory: string,
  worktree: string,
  backend: string,
): Promise<{
  readonly session_id: string;
  readonly url: string;
  readonly pid: number;
  readonly port: number;
  readonly headers?: Readonly<Record<string, string>>;
}> {
  const [supervisor] = await supervisorsIn(directory);
  if (supervisor?.port === undefined) throw new Error("There is no server.");
  const response = await fetch(
    `http://127.0.0.1:${supervisor.port}/request-session`,
    {
      method: "POST",
      headers: {
        authorization: `Bearer ${supervisor.token}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ project_path: worktree, backend }),
    },
  );
  const text = await response.text();
  if (response.status !== 201) throw new Error(text);
  return JSON.parse(text) as never;
}

/** Calls a tool of an MCP server with the official client; resolves with the text of its answer. */
export async function callTool(
  {
    url,
    headers = {},
  }: { url: string; headers?: Readonly<Record<string, string>> },
  name: string,
): Promise<string> {
  const client = new Client({ name: "test", version: "1" });
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers },
  });
  await client.connect(transport);
  try {
    return JSON.stringify(await client.callTool({ name, arguments: {} }));
  } finally {
    await client.close();
  }
}
