// The variables by which programs in a worktree's terminals find its backends. No secrets.

export interface BackendAddress {
  readonly name: string;
  readonly port: number;
  /** null: nothing is known of it but its port. */
  readonly url: string | null;
}

/** BERTH_SERENA_URL and BERTH_SERENA_PORT of each. */
export function backendVariables(
  backends: readonly BackendAddress[],
): Record<string, string> {
  return Object.fromEntries(
    backends.flatMap(({ name, port, url }): [string, string][] => [
      [variableName(name, "PORT"), String(port)],
      ...(url === null
        ? []
        : [[variableName(name, "URL"), url] as [string, string]]),
    ]),
  );
}

/** Such as BERTH_MY_SERVER_PORT. */
export function variableName(backend: string, what: string): string {
  return `BERTH_${backend}_${what}`.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
}
