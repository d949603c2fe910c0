// Formats rows as a Markdown table, and describes the machine they were measured on.
import { readFileSync } from "node:fs";
import os from "node:os";
import type { Budget, Measurement, Row } from "./row";

const headings = [
  "what",
  "measured",
  "reference, measured beside it",
  "ratio",
  "budget",
  "met?",
];

export function formatTable(rows: readonly Row[]): string {
  return [headings, headings.map(() => "---"), ...rows.map(cellsOf)]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

/** One line. */
export function describeMachine(): string {
  const cpus = os.cpus();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return [
    cpus[0]?.model.trim() ?? "unknown processor",
    `${cpus.length} cores`,
    `${memory} GB`,
    systemName(),
    `Node ${process.versions.node}`,
    new Date().toISOString().slice(0, 10),
  ].join(", ");
}

function systemName(): string {
  try {
    const release = readFileSync("/etc/os-release", "utf8");
    const name = /^PRETTY_NAME="(.*)"$/m.exec(release)?.[1];
    if (name !== undefined) return `${name} (${os.type()} ${os.release()})`;
  } catch {
    // Not a Linux distribution.
  }
  return `${os.type()} ${os.release()}`;
}

function cellsOf(row: Row): string[] {
  if (row.kind === "skipped")
    return [row.what, `skipped: ${row.why}`, "", "", "", ""];
  const { reference, budget } = row;
  return [
    row.what,
    withUnit(row, row.measured),
    reference ? `${withUnit(row, reference.measured)}: ${reference.what}` : "",
    reference ? digits(row.measured / reference.measured) : "",
    budget ? describeBudget(row, budget) : "",
    budget ? (isMet(row, budget) ? "yes" : "**no**") : "",
  ];
}

function describeBudget(row: Measurement, budget: Budget): string {
  const { atMost, timesAtMost, timesAtLeast } = budget;
  return [
    atMost === undefined ? [] : `<= ${withUnit(row, atMost)}`,
    timesAtMost === undefined ? [] : `<= ${timesAtMost} x`,
    timesAtLeast === undefined ? [] : `>= ${timesAtLeast} x`,
  ]
    .flat()
    .join(", ");
}

function isMet({ measured, reference }: Measurement, budget: Budget): boolean {
  const { atMost, timesAtMost, timesAtLeast } = budget;
  const ratio = measured / (reference?.measured ?? Number.NaN);
  return (
    (atMost === undefined || measured <= atMost) &&
    (timesAtMost === undefined || ratio <= timesAtMost) &&
    (timesAtLeast === undefined || ratio >= timesAtLeast)
  );
}

function withUnit({ unit }: Measurement, value: number): string {
  return `${digits(value)} ${unit}`;
}

/** Three significant digits, and all digits before the decimal point. */
function digits(value: number): string {
  if (value === 0) return "0";
  const decimals = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toFixed(Math.abs(value) < 0.1 ? 3 : decimals);
}
