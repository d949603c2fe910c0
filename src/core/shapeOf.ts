// What a value looks like, without what it says.

/** Keys and lengths stay; texts, numbers and booleans are replaced by their type. */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== "object" || value === null)
    return value === null ? null : `<${typeof value}>`;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, shapeOf(each)]),
  );
}
