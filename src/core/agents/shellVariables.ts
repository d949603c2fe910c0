// The variables by which agents and programs that no terminal of Berth's has started find a worktree's servers, as lines of a shell.
import { quoteForSh } from "../system/quoteForSh";
import {
  agentVariables,
  noProxyVariables,
  type ServedWorktree,
  variableFamilies,
} from "./agentVariables";
import { type BackendAddress, backendVariables } from "./backendVariables";

/** By whose rules each reads a line. */
export const shells = {
  sh: "sh",
  bash: "sh",
  zsh: "sh",
  fish: "fish",
  powershell: "powershell",
  pwsh: "powershell",
} as const;
type Shell = (typeof shells)[keyof typeof shells];

export type ShellVariables = readonly (readonly [
  name: string,
  value: string,
])[];

/** `env`: of whoever they are for. */
export function shellVariables(
  instance: ServedWorktree & { readonly instanceId: string },
  backends: readonly BackendAddress[],
  env: NodeJS.ProcessEnv,
): ShellVariables {
  const agents = agentVariables(variableFamilies, instance);
  return Object.entries({
    ...(agents as Record<string, string>),
    CLAUDE_INSTANCE_ID: instance.instanceId,
    ...noProxyVariables(env),
    ...backendVariables(backends),
  });
}

const quote: Record<Shell, (value: string) => string> = {
  sh: quoteForSh,
  fish: (value) => `'${value.replaceAll(/[\\']/g, "\\$&")}'`,
  powershell: (value) => `'${value.replaceAll(/['\u2018-\u201b]/g, "$&$&")}'`,
};

/** `shell`: the name of its program; of one that is unknown, as sh reads them. */
export function shellLines(shell: string, variables: ShellVariables): string {
  const kind = Object.hasOwn(shells, shell)
    ? shells[shell as keyof typeof shells]
    : "sh";
  const line = {
    sh: (name: string, value: string) => `export ${name}=${value}`,
    fish: (name: string, value: string) => `set -gx ${name} ${value}`,
    powershell: (name: string, value: string) => `$env:${name} = ${value}`,
  }[kind];
  return variables
    .map(([name, value]) => `${line(name, quote[kind](value))}\n`)
    .join("");
}
