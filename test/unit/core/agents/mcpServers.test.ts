// What each kind of agent is started with, so that it finds MCP servers.
import assert from "node:assert/strict";
import { backendVariables } from "../../../../src/core/agents/backendVariables";
import { mcpHandout, mcpMeans } from "../../../../src/core/agents/mcpServers";

describe("an agent in a terminal", () => {
  const secret = "Bearer secret";
  const servers = [
    {
      name: "my.server",
      url: "http://127.0.0.1:20001/mcp",
      headers: { Authorization: secret },
    },
  ];

  it("is told of servers without a token among its arguments", () => {
    for (const means of mcpMeans) {
      const { args, env, file } = mcpHandout(means, servers, "/tmp/file", {});
      assert.ok(!JSON.stringify(args).includes("secret"), means);
      const told = JSON.stringify([args, env, file]);
      assert.ok(told.includes(secret), means);
      assert.ok(told.includes(servers[0]?.url ?? ""), means);
      assert.equal(
        file !== undefined,
        JSON.stringify([args, env]).includes("/tmp/file"),
        means,
      );
    }
  });

  it("is started as ever where there are none", () => {
    for (const means of mcpMeans)
      assert.deepEqual(mcpHandout(means, [], "/tmp/file", {}), {
        args: [],
        env: {},
      });
  });

  it("keeps a variable that the user has set", () => {
    const own = {
      gemini: "GEMINI_CLI_SYSTEM_DEFAULTS_PATH",
      qwen: "QWEN_CODE_SYSTEM_DEFAULTS_PATH",
      opencode: "OPENCODE_CONFIG",
    } as const;
    for (const [means, variable] of Object.entries(own))
      assert.deepEqual(
        mcpHandout(means as keyof typeof own, servers, "/tmp/file", {
          [variable]: "/mine",
        }),
        { args: [], env: {} },
      );
  });

  it("finds other servers by variables with their names", () => {
    assert.deepEqual(
      backendVariables([
        { name: "my.server", port: 1, url: "http://x/" },
        { name: "db", port: 2, url: null },
      ]),
      {
        BERTH_MY_SERVER_PORT: "1",
        BERTH_MY_SERVER_URL: "http://x/",
        BERTH_DB_PORT: "2",
      },
    );
  });
});
