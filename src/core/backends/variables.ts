// The variables in a backend's definition: ${worktree}, ${port}, ${env:HOME} and so on.
import { variableIsNotSet } from "../backendErrors";

/** What each name stands for. */
export interface VariableValues {
  readonly worktree: string;
  /** Empty where there is none. */
  readonly branch: string;
  /** The instance's display name. */
  readonly name: string;
  /** Empty where no instance serves the worktree. */
  readonly instanceId: string;
  readonly port: string;
  /** Path of the file that the backend writes its port to. */
  readonly portFile: string;
}

type Name = keyof VariableValues;

const NAMES: readonly string[] = [
  "worktree",
  "branch",
  "name",
  "instanceId",
  "port",
  "portFile",
] satisfies Name[];

const VARIABLE = /\$\{([^}]*)\}/g;

/** Those that nobody knows, as they are written. */
export function unknownVariables(texts: readonly string[]): string[] {
  return texts.flatMap((text) =>
    [...text.matchAll(VARIABLE)]
      .filter(([, name = ""]) => !NAMES.includes(name) && !/^env:./.test(name))
      .map(([whole]) => whole),
  );
}

export function usesVariable(text: string, ...names: Name[]): boolean {
  return names.some((name) => text.includes(`\${${name}}`));
}

/**
 * Puts in what is known; a variable without a value stays as it is written. Throws a UserError for one of the environment
 * that is not set.
 */
export function fillIn(
  text: string,
  values: Partial<VariableValues>,
  env: Readonly<Record<string, string | undefined>>,
): string {
  return text.replace(VARIABLE, (whole, name: string) => {
    if (!name.startsWith("env:")) return values[name as Name] ?? whole;
    const variable = name.slice("env:".length);
    const value = env[variable];
    if (value === undefined) throw variableIsNotSet(variable);
    return value;
  });
}
