// The MCP clients that `berth setup` knows how to configure.

export const setupClients = {
  claude: "Claude Code",
  codex: "Codex",
  gemini: "Gemini CLI",
  qwen: "Qwen Code",
  copilot: "Copilot CLI",
  opencode: "OpenCode",
  cursor: "Cursor",
  vscode: "VS Code",
  zed: "Zed",
} as const;

export type SetupClient = keyof typeof setupClients;
export const setupClientIds = Object.keys(setupClients) as SetupClient[];
