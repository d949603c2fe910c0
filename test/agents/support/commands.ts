// The commands of the real agents and of tmux. What is missing is installed at the first use.
import path from "node:path";
import { pathToFileURL } from "node:url";
import type * as Install from "../../../scripts/agents/install.mjs";

export type AgentCommands = Awaited<ReturnType<typeof agentCommands>>;

/** Test bundles are CommonJS and run from the top level of the repository; the scripts stay modules. */
export async function agentCommands() {
  const file = path.resolve("scripts", "agents", "install.mjs");
  const { findTmux, installAgents } = (await import(
    pathToFileURL(file).href
  )) as typeof Install;
  return { tmux: await findTmux(), ...(await installAgents()) };
}
