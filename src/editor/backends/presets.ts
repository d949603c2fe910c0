// Definitions that work as they are, for backends that people have: filled in, shown, and written to the user's settings.

export interface Preset {
  readonly name: string;
  readonly label: string;
  /** What to know before it is chosen. */
  readonly detail: string;
  readonly definition: Readonly<Record<string, unknown>>;
  /** The user types its command; undefined: it is known. */
  readonly asks?: { readonly prompt: string; readonly example: string };
}

const LOCAL_MCP = "http://127.0.0.1:${port}/mcp";
const LOCAL = "http://127.0.0.1:${port}/";

export const presets: readonly Preset[] = [
  {
    name: "serena",
    label: "Serena",
    detail:
      "Semantic code tools. Needs uv; its first start downloads language servers.",
    definition: {
      command: "uvx",
      args: [
        ...["--from", "git+https://github.com/oraios/serena"],
        ...["serena", "start-mcp-server", "--project", "${worktree}"],
        ...["--context", "ide-assistant", "--transport", "streamable-http"],
        ...["--host", "127.0.0.1", "--port", "${port}"],
        ...["--enable-web-dashboard", "false"],
      ],
      url: LOCAL_MCP,
      ready: { timeout: 120 },
    },
  },
  {
    name: "playwright",
    label: "Playwright MCP",
    detail: "A browser of its own for each worktree.",
    definition: {
      command: "npx",
      args: [
        ...["-y", "@playwright/mcp", "--host", "127.0.0.1"],
        ...["--port", "${port}", "--headless", "--isolated"],
        // Without it, it refuses the address by which it is reached.
        ...["--allowed-hosts", "127.0.0.1:${port}"],
      ],
      url: LOCAL_MCP,
      ready: { timeout: 60 },
    },
  },
  {
    name: "chrome-devtools",
    label: "Chrome DevTools MCP",
    detail: "Speaks on its standard streams; Berth serves it over HTTP.",
    definition: {
      type: "stdio",
      command: "npx",
      args: [
        ...["-y", "chrome-devtools-mcp", "--headless", "--isolated"],
        ...["--workspace", "${worktree}"],
      ],
      env: { CI: "1" },
      ready: { timeout: 60 },
    },
  },
  {
    name: "everything",
    label: "MCP Everything",
    detail:
      "The protocol's own test server. It listens on every network interface.",
    definition: {
      command: "npx",
      args: ["-y", "@modelcontextprotocol/server-everything", "streamableHttp"],
      env: { PORT: "${port}" },
      url: LOCAL_MCP,
      ready: { timeout: 60 },
    },
  },
  {
    name: "stdio-server",
    label: "Any MCP server on standard streams",
    detail: "You type its command; Berth serves it over HTTP.",
    definition: { type: "stdio" },
    asks: {
      prompt: "Its command, without a shell. ${worktree} is the worktree.",
      example: "npx -y @modelcontextprotocol/server-filesystem ${worktree}",
    },
  },
  {
    name: "http-server",
    label: "Any HTTP server",
    detail: "You type its command, with ${port} where it takes its port.",
    definition: { url: LOCAL },
    asks: {
      prompt: "Its command, without a shell. ${port} is the port that it gets.",
      example: "json-server --host 127.0.0.1 --port ${port} db.json",
    },
  },
  {
    name: "vite",
    label: "Vite dev server",
    detail: "The worktree's own vite, on a port of its own.",
    definition: {
      command: "npx",
      args: [
        ...["vite", "--host", "127.0.0.1", "--port", "${port}"],
        // Otherwise it moves on silently where the port is taken.
        "--strictPort",
      ],
      url: LOCAL,
      ready: { timeout: 60 },
    },
  },
  {
    name: "next",
    label: "Next.js dev server",
    detail: "The worktree's own next, on a port of its own.",
    definition: {
      command: "npx",
      args: ["next", "dev", "-H", "127.0.0.1", "-p", "${port}"],
      url: LOCAL,
      ready: { timeout: 60 },
    },
  },
];
