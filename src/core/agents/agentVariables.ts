// The variables by which an agent finds its worktree's instance. No secrets: tokens stay in the discovery files.

/** Families of agents that read the same variables. */
export const variableFamilies = ["claude", "gemini", "qwen"] as const;
export type VariableFamily = (typeof variableFamilies)[number];

export interface ServedWorktree {
  readonly worktree: string;
  readonly port: number;
}

type Variables = Readonly<Record<string, string>>;

const familyVariables: Record<
  VariableFamily,
  (served: ServedWorktree) => Variables
> = {
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
 * The variables for an agent of these families; null unsets one. OpenCode, for example, sends no token once it sees
 * Claude Code's port.
 */
export function agentVariables(
  families: readonly VariableFamily[],
  served: ServedWorktree,
): Record<string, string | null> {
  const entries = variableFamilies.flatMap((family) =>
    Object.entries(familyVariables[family](served)).map(
      ([name, value]): [string, string | null] => [
        name,
        families.includes(family) ? value : null,
      ],
    ),
  );
  return {
    ...Object.fromEntries(entries),
    CLAUDE_WORKTREE_PATH: served.worktree,
  };
}

/** This machine, in the format of NO_PROXY. */
export const LOOPBACK = "127.0.0.1,localhost";

/** NO_PROXY under both its names, merged from `env`, with loopback added. */
export function noProxyVariables(env: NodeJS.ProcessEnv): Variables {
  const hosts = [env["NO_PROXY"], env["no_proxy"], LOOPBACK]
    .flatMap((list) => (list ?? "").split(","))
    .map((host) => host.trim())
    .filter((host) => host !== "");
  const list = [...new Set(hosts)].join(",");
  return { NO_PROXY: list, no_proxy: list };
}
