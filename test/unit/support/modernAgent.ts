// An MCP client of revision 2026-07-28 that is configured with a command of `berth`.
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { cli, type RunOptions, shellEnvironment } from "./berth";
import type { Ground } from "./ground";

export class ModernAgent {
  private constructor(readonly client: Client) {}

  static async start(
    ground: Ground,
    args: readonly string[],
    { cwd = ground.directory, env }: RunOptions = {},
  ): Promise<ModernAgent> {
    const client = new Client(
      { name: "modern-client", version: "1.2.3" },
      { versionNegotiation: { mode: { pin: "2026-07-28" } } },
    );
    ground.defer(() => client.close());
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [cli, ...args],
        cwd,
        env: shellEnvironment(ground, env),
        stderr: "pipe",
      }),
    );
    return new ModernAgent(client);
  }

  /** The text of the first item of the answer, as JSON. */
  async callForJson(name: string, args: Record<string, unknown> = {}) {
    const { content } = (await this.client.callTool({
      name,
      arguments: args,
    })) as { content: { text?: string }[] };
    return JSON.parse(content[0]?.text ?? "") as Record<string, unknown>;
  }
}
