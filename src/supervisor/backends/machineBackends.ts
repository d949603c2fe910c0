// A worktree's backends as every window and process of the machine is told of them.
import type { MachineBackend } from "../../host/backendContract";
import type { Backend } from "./backend";

/** Those that run or should, or have failed. */
export function machineBackends(
  all: readonly Backend[],
  worktree: string,
): MachineBackend[] {
  return all.flatMap(({ spec, state, served }) =>
    spec.place.worktree !== worktree || state.kind === "stopped"
      ? []
      : [
          {
            name: spec.definition.name,
            state: state.kind,
            pid: served?.pid ?? null,
            processStart: served?.processStart ?? null,
            port: served?.port ?? null,
            url: served?.url ?? null,
            since: state.kind === "ready" ? state.since : null,
          },
        ],
  );
}
