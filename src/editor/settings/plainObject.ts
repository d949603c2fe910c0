// Values of settings, of which nothing is known yet.

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** As VS Code merges settings: objects entry by entry, anything else as a whole. */
export function merged(base: unknown, over: unknown): unknown {
  if (over === undefined) return base;
  if (!isObject(base) || !isObject(over)) return over;
  const entries = Object.entries(over).map(([key, value]) => [
    key,
    merged(base[key], value),
  ]);
  return { ...base, ...Object.fromEntries(entries) };
}
