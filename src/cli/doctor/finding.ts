// What the doctor finds: one thing, what it means, and what to do.
import type { Machine, MachineListing } from "../machine";

export interface Finding {
  /** "note": nothing is wrong, but it explains what may look so. */
  readonly level: "fine" | "note" | "problem";
  readonly text: string;
  /** What to do. */
  readonly advice?: string;
  /** Whether --fix does something about it. */
  readonly isFixable?: true;
}

export interface Examined {
  readonly machine: Machine;
  readonly listing: MachineListing;
  readonly env: NodeJS.ProcessEnv;
}

export type Check = (
  examined: Examined,
) => Promise<readonly Finding[]> | readonly Finding[];

export function fine(text: string): Finding {
  return { level: "fine", text };
}

export function note(text: string, advice?: string): Finding {
  return { level: "note", text, ...(advice !== undefined && { advice }) };
}

export function problem(text: string, advice: string): Finding {
  return { level: "problem", text, advice };
}
