// What a bench returns: one number per row, with its reference. Nothing here decides whether a run succeeded.

export type Unit = "ms" | "MB" | "KB" | "messages/s" | "programs" | "times";

/** Each that is given must hold: for the value itself, and for its ratio to the reference. */
export interface Budget {
  readonly atMost?: number;
  readonly timesAtMost?: number;
  readonly timesAtLeast?: number;
}

export interface Measurement {
  readonly kind: "measured";
  readonly what: string;
  readonly unit: Unit;
  readonly measured: number;
  /** Measured in the same run and the same way. */
  readonly reference?: { readonly what: string; readonly measured: number };
  readonly budget?: Budget;
}

export interface Skipped {
  readonly kind: "skipped";
  readonly what: string;
  readonly why: string;
}

export type Row = Measurement | Skipped;

export type Bench = () => Promise<Row[]>;

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** Nearest rank: the smallest value that at least `percent` % of all do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.ceil((percent / 100) * sorted.length);
  const value = sorted[Math.max(0, rank - 1)];
  if (value === undefined) throw new Error("nothing was measured");
  return value;
}
