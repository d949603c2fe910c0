// Every command of `berth`. To add one, add a file to commands/ and a line here. A command is loaded when it is asked for.
import type { CommandEntry } from "./command";

export const commands: Readonly<Record<string, CommandEntry>> = {
  list: {
    summary: "List the instances and backends on this machine",
    load: async () => (await import("./commands/list")).list,
  },
  kill: {
    summary: "Stop an instance, or all of them",
    load: async () => (await import("./commands/kill")).kill,
  },
  switch: {
    summary: "Show the window of an instance",
    load: async () => (await import("./commands/switch")).switchWindow,
  },
  send: {
    summary: "Point an instance's agents to files or lines",
    load: async () => (await import("./commands/send")).send,
  },
  env: {
    summary: "Print the variables by which agents find an instance",
    load: async () => (await import("./commands/env")).env,
  },
  connect: {
    summary: "Be a stdio MCP server that is one instance or backend",
    load: async () => (await import("./commands/connect")).connect,
  },
  mcp: {
    summary: "Be a stdio MCP server over all instances",
    load: async () => (await import("./commands/mcp")).mcp,
  },
  serve: {
    summary: "Run Berth's server in the foreground",
    load: async () => (await import("./commands/serve")).serve,
  },
  doctor: {
    summary: "Find what keeps agents from their editor, and what to do",
    load: async () => (await import("./commands/doctor")).doctor,
  },
  setup: {
    summary: "Tell an MCP client of Berth, for every worktree",
    load: async () => (await import("./commands/setup")).setup,
  },
  complete: {
    summary: "Print the completion for your shell",
    load: async () =>
      (await import("./commands/complete")).completeFor(() => commands),
  },
};
