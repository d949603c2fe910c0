// Stops everything that runs for a worktree, in whichever window, and starts it again if it stays after all.
import { unwrap } from "../../core/outcome";
import { stillRuns } from "../../core/worktreeCommandErrors";
import type { TargetContext } from "../instances/target";
import type { WorktreeRow } from "./worktreeRow";

/** Milliseconds that the machine's view may take to tell of a stop. */
const PATIENCE = 15_000;

export interface Stopped {
  /** As far as it can. */
  startAgain(): Promise<void>;
}

/** The instance first, so that no agent asks for a backend again. Rejects with a UserError if something still runs. */
export async function stopAll(
  context: TargetContext,
  { path: worktree, name, instance }: WorktreeRow,
  backendNames: readonly string[],
): Promise<Stopped> {
  const { connection, backends, instances } = context;
  const view = instances.views.find((each) => each.worktree === worktree);
  const isServed =
    instance !== undefined ||
    ["starting", "running", "failed"].includes(view?.state.kind ?? "");
  const startAgain = async (): Promise<void> => {
    if (isServed) await connection.host.start(worktree);
    for (const each of backendNames)
      void connection.host.requestBackend(worktree, each);
  };
  try {
    if (view) await connection.host.stop(worktree);
    else if (instance)
      unwrap(await connection.host.stopRemote(instance.instanceId));
    await isGone(context, worktree, name);
    for (const each of backendNames)
      await backends.stop({ worktree, name: each });
  } catch (error) {
    await startAgain();
    throw error;
  }
  return { startAgain };
}

/** Resolves once no window serves it. */
function isGone(
  { machine }: TargetContext,
  worktree: string,
  name: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      listener.dispose();
      clearTimeout(timer);
    };
    const check = (): void => {
      if (machine.of(worktree)) return;
      end();
      resolve();
    };
    const timer = setTimeout(() => {
      end();
      reject(stillRuns(name));
    }, PATIENCE);
    const listener = machine.onDidChange(check);
    check();
  });
}
