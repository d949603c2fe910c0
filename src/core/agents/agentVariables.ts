// The environment by which an agent finds its worktree's instance. Nothing secret: the token stays in the discovery files.

/** Families of agents that read the same variables. */
export const variableFamilies = ["claude", "gemini", "qwen"] as const;
export type VariableFamily = (typeof variableFamilies)[number];

export interface Served {
  readonly worktree: string;
  readonly port: number;
}

type Variables = Readonly<Record<string, string>>;

const familyVariables: Record<VariableFamily, (served: Served) => Variables> = {
  claude: ({ port }) => ({
    CLAUDE_CODE_SSE_PORT: String(port),
    ENABLE_IDE_INTEGRATION: "true",
  }),
  gemini: ({ worktree, port }) => ({
    GEMINI_CLI_IDE_SERVER_PORT: String(port),
    GEMINI_CLI_IDE_WORKSPACE_PATH: worktree,
  }),
  qwen: ({ worktree, port }) => ({
    QWEN_CODE_IDE_SERVER_PORT: String(port),
    QWEN_CODE_IDE_WORKSPACE_PATH: worktree,
  }),
};

/**
 * What every agent of these families reads, and null for what it must not see: OpenCode, say, sends no token once it
 * sees Claude Code's port.
 */
export function agentVariables(
  families: readonly VariableFamily[],
  served: Served,
): Record<string, string | null> {
  const all = variableFamilies.flatMap((family) =>
    Object.entries(familyVariables[family](served)).map(
      ([name, value]): [string, string | null] => [
        name,
        families.includes(family) ? value : null,
      ],
    ),
  );
  return {
    ...Object.fromEntries(all),
    CLAUDE_WORKTREE_PATH: served.worktree,
  };
}

/** This machine, as one writes it into a list of hosts that are reached without a proxy. */
export const LOOPBACK = "127.0.0.1,localhost";

/** The list of hosts that are reached without a proxy, under both its names, with this machine in it. */
export function withoutProxy(env: NodeJS.ProcessEnv): Variables {
  const hosts = [env["NO_PROXY"], env["no_proxy"], LOOPBACK]
    .flatMap((list) => (list ?? "").split(","))
    .map((host) => host.trim())
    .filter((host) => host !== "");
  const list = [...new Set(hosts)].join(",");
  return { NO_PROXY: list, no_proxy: list };
}
