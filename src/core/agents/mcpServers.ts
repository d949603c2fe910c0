// How each kind of agent is told of MCP servers for one run: by a file that an argument or a variable of its own names.
// Tokens are in that file or in the agent's environment, never in its arguments.
import { variableName } from "./backendVariables";

export interface McpServer {
  readonly name: string;
  /** It speaks MCP over Streamable HTTP there. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What an agent is started with beside its own. */
export interface McpHandout {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Of the file that these name; undefined: none is needed. */
  readonly file?: unknown;
}

type Environment = Readonly<Record<string, string | undefined>>;
type Handout = (
  servers: readonly McpServer[],
  file: string,
  env: Environment,
) => McpHandout;

/** By the names that the setting berth.agents uses. */
const handouts = {
  // claude --help (2.1.332): --mcp-config <configs...>; with "=" it takes no other argument for a second one.
  claude: (servers, file) => ({
    args: [`--mcp-config=${file}`],
    env: {},
    file: httpServers(servers),
  }),
  // copilot --help (1.0.102): --additional-mcp-config <json>, a file with "@" before it.
  copilot: (servers, file) => ({
    args: [`--additional-mcp-config=@${file}`],
    env: {},
    file: httpServers(servers, { tools: ["*"] }),
  }),
  // codex-rs/config/src/mcp_types.rs: url, env_http_headers; -c takes TOML values by dotted keys.
  codex: (servers) => {
    const env: Record<string, string> = {};
    const args = servers.flatMap(({ name, url, headers }) => {
      const key = `mcp_servers.${name.replaceAll(".", "_")}`;
      const pairs = Object.entries(headers).map(([header, value]) => {
        const variable = variableName(name, header);
        env[variable] = value;
        return `${JSON.stringify(header)} = "${variable}"`;
      });
      return [
        ...["-c", `${key}.url=${JSON.stringify(url)}`],
        ...(pairs.length === 0
          ? []
          : ["-c", `${key}.env_http_headers={ ${pairs.join(", ")} }`]),
      ];
    });
    return { args, env };
  },
  // packages/cli/src/config/settings.ts: system defaults are merged below the user's own settings.
  gemini: (servers, file, env) =>
    byVariable(
      env,
      "GEMINI_CLI_SYSTEM_DEFAULTS_PATH",
      file,
      geminiFile(servers),
    ),
  qwen: (servers, file, env) =>
    byVariable(
      env,
      "QWEN_CODE_SYSTEM_DEFAULTS_PATH",
      file,
      geminiFile(servers),
    ),
  // opencode.ai/docs/config: merged between the global configuration and the project's.
  opencode: (servers, file, env) =>
    byVariable(env, "OPENCODE_CONFIG", file, {
      mcp: mapServers(servers, ({ url, headers }) => ({
        type: "remote",
        url,
        headers,
        enabled: true,
      })),
    }),
} satisfies Record<string, Handout>;

export type McpMeans = keyof typeof handouts;
export const mcpMeans = Object.keys(handouts) as McpMeans[];

/** `file` is a path that nobody has written to yet. `env` is what the agent inherits. */
export function mcpHandout(
  means: McpMeans,
  servers: readonly McpServer[],
  file: string,
  env: Environment,
): McpHandout {
  const handout: Handout = handouts[means];
  return servers.length === 0
    ? { args: [], env: {} }
    : handout(servers, file, env);
}

/** Leaves a variable alone that the user has set. */
function byVariable(
  env: Environment,
  variable: string,
  file: string,
  content: unknown,
): McpHandout {
  return env[variable] === undefined
    ? { args: [], env: { [variable]: file }, file: content }
    : { args: [], env: {} };
}

function httpServers(servers: readonly McpServer[], more: object = {}) {
  return {
    mcpServers: mapServers(servers, ({ url, headers }) => ({
      ...{ type: "http", url, headers },
      ...more,
    })),
  };
}

function geminiFile(servers: readonly McpServer[]) {
  return {
    mcpServers: mapServers(servers, ({ url, headers }) => ({
      httpUrl: url,
      headers,
    })),
  };
}

function mapServers<T>(
  servers: readonly McpServer[],
  describe: (server: McpServer) => T,
): Record<string, T> {
  return Object.fromEntries(
    servers.map((server) => [server.name, describe(server)]),
  );
}
