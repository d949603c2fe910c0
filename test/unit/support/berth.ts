// The `berth` command in processes of its own, as a shell or an agent starts it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { text } from "node:stream/consumers";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { ToolResult } from "./agent";
import type { Ground } from "./ground";
import { root } from "./root";

export const cli = path.join(root, "dist", "cli.js");

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Beside what the test has; undefined: without that one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Written to its standard input, which then ends. */
  readonly input?: string | Buffer;
}

/** The first line of a client that is written by hand. */
export const introduction = JSON.stringify({
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "raw", version: "1" },
  },
});

/** The environment of a shell whose Berth home is the ground's. */
export function shellEnvironment(
  ground: Ground,
  env: Readonly<Record<string, string | undefined>> = {},
): Record<string, string> {
  const all: NodeJS.ProcessEnv = {
    ...process.env,
    BERTH_HOME: ground.home,
    CLAUDE_CONFIG_DIR: ground.path("claude"),
    ...env,
  };
  return Object.fromEntries(
    Object.entries(all).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
}

export function start(
  ground: Ground,
  args: readonly string[],
  { cwd = ground.directory, env }: RunOptions = {},
): ChildProcess {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd,
    env: shellEnvironment(ground, env),
    stdio: "pipe",
  });
  ground.defer(() => child.kill("SIGKILL"));
  return child;
}

/** Runs it to its end. */
export async function berth(
  ground: Ground,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Run> {
  const child = start(ground, args, options);
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(options.input);
  const ended = once(child, "close") as Promise<[number | null]>;
  const [[code], stdout, stderr] = await Promise.all([
    ended,
    child.stdout ? text(child.stdout) : "",
    child.stderr ? text(child.stderr) : "",
  ]);
  return { code, stdout, stderr };
}

/** An MCP client that is configured with `berth connect`. */
export class ConnectedAgent {
  stderr = "";
  readonly notifications: string[] = [];

  private constructor(
    readonly client: Client,
    private readonly transport: StdioClientTransport,
  ) {
    client.fallbackNotificationHandler = ({ method }) => {
      this.notifications.push(method);
      return Promise.resolve();
    };
    transport.stderr?.on("data", (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
  }

  static async start(
    ground: Ground,
    args: readonly string[],
    { cwd = ground.directory, env }: RunOptions = {},
  ): Promise<ConnectedAgent> {
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [cli, ...args],
      cwd,
      env: shellEnvironment(ground, env),
      stderr: "pipe",
    });
    const client = new Client({ name: "stdio-client", version: "1.2.3" });
    const agent = new ConnectedAgent(client, transport);
    ground.defer(() => client.close());
    await client.connect(transport);
    return agent;
  }

  get pid(): number {
    return this.transport.pid ?? 0;
  }

  async call(
    name: string,
    args: Record<string, unknown> = {},
  ): Promise<ToolResult> {
    const result = await this.client.callTool(
      { name, arguments: args },
      undefined,
      { timeout: 60_000 },
    );
    return result as ToolResult;
  }

  /** The text of its first item, as JSON. */
  async callForJson(name: string, args?: Record<string, unknown>) {
    const { content } = await this.call(name, args);
    return JSON.parse(content[0]?.text ?? "") as Record<string, unknown>;
  }

  close(): Promise<void> {
    return this.client.close();
  }
}
