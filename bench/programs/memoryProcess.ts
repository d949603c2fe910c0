// Runs a number of instances, an idle worker or nothing, and reports the memory of the process.
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { announce, readSetup } from "../support/child";
import type { HeldSetup } from "../support/heldInstances";
import { ownPss } from "../support/pss";
import { warmUp } from "../support/warmUp";

export type MemorySetup =
  | { readonly holds: "nothing" | "idleWorker" }
  | ({ readonly holds: "instances" } & HeldSetup);

export interface MemoryReady {
  readonly megabytes: number | null;
}

/** Milliseconds for the process to settle. */
const SETTLE = 1_500;

async function run(setup: MemorySetup): Promise<void> {
  await warmUp();
  const end = await hold(setup);
  await delay(SETTLE);
  announce({ megabytes: ownPss() ?? null } satisfies MemoryReady, end);
}

async function hold(setup: MemorySetup): Promise<() => unknown> {
  switch (setup.holds) {
    case "nothing":
      return () => undefined;
    case "idleWorker": {
      const worker = new Worker("setInterval(() => {}, 1000)", { eval: true });
      await once(worker, "online");
      return () => worker.terminate();
    }
    case "instances": {
      // Loaded only here, because its code is part of what is measured.
      const { holdInstances } = await import("../support/heldInstances");
      return holdInstances(setup);
    }
  }
}

void run(readSetup() as MemorySetup);
