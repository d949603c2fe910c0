// Merges setting values that are not validated yet.
import { isObject } from "../../core/isObject";

/** Merges as VS Code does: objects entry by entry, anything else as a whole. */
export function mergeSettings(base: unknown, override: unknown): unknown {
  if (override === undefined) return base;
  if (!isObject(base) || !isObject(override)) return override;
  const entries = Object.entries(override).map(([key, value]) => [
    key,
    mergeSettings(base[key], value),
  ]);
  return { ...base, ...Object.fromEntries(entries) };
}
