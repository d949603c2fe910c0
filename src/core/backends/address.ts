// Where a backend listens, as far as its definition says it.
import { usesVariable } from "./variables";

/** See BackendDefinition. */
interface Texts {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly url: string | null;
}

/** All in which a variable may say it. */
export function textsOf({ command, args, env, cwd, url }: Texts): string[] {
  return [command, ...args, ...Object.values(env), cwd, url ?? ""];
}

/** Whether it is told its port. Where it writes one into a file, the variable is that one. */
export function usesPort(definition: Texts): boolean {
  return uses(definition, "port") && !usesPortFile(definition);
}

export function usesPortFile(definition: Texts): boolean {
  return uses(definition, "portFile");
}

/** undefined: it has no URL, or one with a variable in the port's place. */
export function fixedPort({ url }: Pick<Texts, "url">): number | undefined {
  const [, scheme, port] =
    /^(https?):\/\/[^/$]*?(?::(\d+))?(?:\/|$)/.exec(url ?? "") ?? [];
  if (scheme === undefined) return undefined;
  return port === undefined ? (scheme === "https" ? 443 : 80) : Number(port);
}

function uses(definition: Texts, variable: "port" | "portFile"): boolean {
  return textsOf(definition).some((text) => usesVariable(text, variable));
}
