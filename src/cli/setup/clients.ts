// How each MCP client is told of a server: by a command of its own, or by an entry in a file of its user's. The line holds no port: the
// command finds the instance each time, by the directory that the client works in.
import { homedir } from "node:os";
import path from "node:path";
import { dotGitAbove } from "../../core/worktrees/gitLinks";
import type { SetupClient } from "../../core/agents/setupClients";

/** What the client is to run. */
export interface ServerLine {
  readonly command: string;
  readonly args: readonly string[];
}

export type Means =
  | {
      readonly kind: "command";
      readonly program: string;
      readonly add: (line: ServerLine) => readonly string[];
      readonly remove: readonly string[];
    }
  | {
      readonly kind: "file";
      readonly file: (env: NodeJS.ProcessEnv) => string | Promise<string>;
      /** Where the entry is. */
      readonly keys: readonly string[];
      readonly entry: (line: ServerLine) => unknown;
    };

/** As the clients call it. */
const SERVER = "berth";

const inHome = (...parts: readonly string[]) => path.join(homedir(), ...parts);

const configHome = (env: NodeJS.ProcessEnv) => {
  const configured = env["XDG_CONFIG_HOME"] ?? "";
  return path.isAbsolute(configured) ? configured : inHome(".config");
};

export const means: Record<SetupClient, Means> = {
  // claude mcp add --help (2.1.332)
  claude: {
    kind: "command",
    program: "claude",
    add: ({ command, args }) => [
      ...["mcp", "add", "--scope", "user", SERVER, "--", command],
      ...args,
    ],
    remove: ["mcp", "remove", "--scope", "user", SERVER],
  },
  // codex mcp add --help (0.169.0)
  codex: {
    kind: "command",
    program: "codex",
    add: ({ command, args }) => ["mcp", "add", SERVER, "--", command, ...args],
    remove: ["mcp", "remove", SERVER],
  },
  // gemini mcp add --help (0.61.0)
  gemini: {
    kind: "command",
    program: "gemini",
    add: ({ command, args }) => [
      ...["mcp", "add", "--scope", "user", SERVER, command],
      ...args,
    ],
    remove: ["mcp", "remove", "--scope", "user", SERVER],
  },
  // qwen mcp add --help (0.24.4)
  qwen: {
    kind: "command",
    program: "qwen",
    add: ({ command, args }) => [
      ...["mcp", "add", "--scope", "user", SERVER, command],
      ...args,
    ],
    remove: ["mcp", "remove", "--scope", "user", SERVER],
  },
  // docs.github.com: Copilot CLI, ~/.copilot/mcp-config.json
  copilot: {
    kind: "file",
    file: (env) =>
      path.join(env["COPILOT_HOME"] ?? inHome(".copilot"), "mcp-config.json"),
    keys: ["mcpServers", SERVER],
    entry: (line) => ({ type: "local", ...line, tools: ["*"] }),
  },
  // opencode.ai/docs/mcp-servers
  opencode: {
    kind: "file",
    file: (env) => path.join(configHome(env), "opencode", "opencode.json"),
    keys: ["mcp", SERVER],
    entry: ({ command, args }) => ({
      type: "local",
      command: [command, ...args],
      enabled: true,
    }),
  },
  // cursor.com/docs: ~/.cursor/mcp.json; a user's server is started in the home directory, so the folder is named.
  cursor: {
    kind: "file",
    file: () => inHome(".cursor", "mcp.json"),
    keys: ["mcpServers", SERVER],
    entry: inFolder,
  },
  // code.visualstudio.com/docs: the worktree's own file, since a server of the user's profile is not told of the folder.
  vscode: {
    kind: "file",
    file: async () => {
      const here = process.cwd();
      return path.join(
        (await dotGitAbove(here)) ?? here,
        ".vscode",
        "mcp.json",
      );
    },
    keys: ["servers", SERVER],
    entry: (line) => ({ type: "stdio", ...inFolder(line) }),
  },
  // zed.dev/docs/ai/mcp
  zed: {
    kind: "file",
    file: (env) => path.join(zedDirectory(env), "settings.json"),
    keys: ["context_servers", SERVER],
    entry: (line) => ({ source: "custom", ...line, env: {} }),
  },
};

function inFolder({ command, args }: ServerLine) {
  return { command, args: [...args, "--root", "${workspaceFolder}"] };
}

/** As zed's paths crate has it. */
function zedDirectory(env: NodeJS.ProcessEnv): string {
  switch (process.platform) {
    case "win32":
      return path.join(env["APPDATA"] ?? inHome("AppData", "Roaming"), "Zed");
    case "darwin":
      return inHome(".config", "zed");
    default:
      return path.join(configHome(env), "zed");
  }
}
