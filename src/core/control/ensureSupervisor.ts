// The supervisor for programs that want a backend: started where there is none.
import { setTimeout as delay } from "node:timers/promises";
import { serverNotStarted } from "../backendErrors";
import { messageOf } from "../errors";
import type { Place } from "../system/machine";
import { runningSupervisor, type Serving } from "./supervisorApi";
import { StartedSupervisor } from "./supervisorClient";

export interface SupervisorPlace {
  readonly home: string;
  readonly place: Place;
  /** Path of dist/supervisor.js. */
  readonly program: string;
}

/** Milliseconds. */
const START_TIMEOUT = 10_000;
const LOOK_EVERY = 50;

/** The one that runs, or one that is started. Throws a UserError if there can be none. */
export async function ensureSupervisor({
  home,
  place,
  program,
}: SupervisorPlace): Promise<Serving> {
  const running = await runningSupervisor(home, place);
  if (running) return running;
  const started = new StartedSupervisor(program, home);
  const late = AbortSignal.timeout(START_TIMEOUT);
  while (!late.aborted) {
    const record = await runningSupervisor(home, place);
    if (record) return record;
    const failure = await started.failure();
    if (failure) throw serverNotStarted(messageOf(failure));
    await delay(LOOK_EVERY);
  }
  throw serverNotStarted("it did not start in time");
}
