// One MCP server over all instances.
import { version } from "../../../package.json";
import { defineCommand, exitCodes } from "../command";
import { loadSdkBundle } from "../loadSdkBundle";
import { openLog } from "../log";
import { openMachine } from "../machine";

export const mcp = defineCommand({
  description:
    "Is an MCP server on standard streams over all instances: list_instances, and every tool of an instance with a target.\nWhat only reads may leave the target out, and is answered by the instance of the directory that the server was started in.",
  operands: [],
  options: {
    log: {
      type: "string",
      value: "FILE",
      help: "Log to this file, not to stderr.",
    },
  },
  examples: [
    [
      "claude mcp add berth-all -- berth mcp",
      "For an agent that works in several worktrees.",
    ],
  ],
  async run(_operands, { log }) {
    const { serveRouter } = await loadSdkBundle().loadRouter();
    await serveRouter({
      machine: await openMachine(),
      version,
      directory: process.cwd(),
      log: openLog(log),
    });
    return exitCodes.done;
  },
});
