// A worktree's backends as every window and process of the machine is told of them.
import type { MachineBackend } from "../../host/backendContract";
import type { Backend } from "./backend";

/** Those that run or should, or have failed. */
export function machineBackends(
  all: readonly Backend[],
  worktree: string,
): MachineBackend[] {
  return all.flatMap(({ spec, state: { kind }, served }) =>
    spec.place.worktree !== worktree || kind === "stopped"
      ? []
      : [
          {
            name: spec.definition.name,
            state: kind,
            pid: served?.pid ?? null,
            processStart: served?.processStart ?? null,
            port: served?.port ?? null,
            url: served?.url ?? null,
          },
        ],
  );
}
