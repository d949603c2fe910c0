// A window with a number of instances, or a process that does nothing: its memory is measured from outside.
import { setTimeout as delay } from "node:timers/promises";
import { announce, readSetup } from "../support/child";
import type { HeldSetup } from "../support/heldInstances";
import { warmUp } from "../support/warmUp";

export type MemorySetup =
  { readonly holds: "nothing" } | ({ readonly holds: "instances" } & HeldSetup);

export interface MemoryReady {
  readonly pid: number;
}

/** Milliseconds for the process to settle. */
const SETTLE = 1_500;

async function run(setup: MemorySetup): Promise<void> {
  await warmUp();
  const end = await hold(setup);
  await delay(SETTLE);
  announce({ pid: process.pid } satisfies MemoryReady, end);
}

async function hold(setup: MemorySetup): Promise<() => unknown> {
  if (setup.holds === "nothing") return () => undefined;
  // Loaded only here, because its code is part of what is measured.
  const { holdInstances } = await import("../support/heldInstances");
  return holdInstances(setup);
}

void run(readSetup() as MemorySetup);
