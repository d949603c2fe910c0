// Every action on the row of an agent, or of a diff of one.
import { unwrap } from "../../core/outcome";
import { decideAll } from "../diffs/decideAll";
import { openWindowOf, type Target, type TargetContext } from "./target";

export function canDisconnect(target: Target): boolean {
  return target.kind === "agent";
}

/** Its agent hears that the editor is gone, and may connect again. Rejects with a UserError. */
export async function disconnect(
  { connection }: TargetContext,
  target: Target,
): Promise<void> {
  if (target.kind !== "agent") return;
  const { instance, client } = target;
  unwrap(await connection.host.disconnectAgent(instance.instanceId, client.id));
}

export function canShowAgentTerminal(
  target: Target,
  { terminals }: TargetContext,
): boolean {
  return (
    target.kind === "agent" && terminals.ofClient(target.client) !== undefined
  );
}

export function showAgentTerminal(
  { terminals }: TargetContext,
  target: Target,
): Promise<void> {
  if (target.kind === "agent") terminals.ofClient(target.client)?.show();
  return Promise.resolve();
}

export async function acceptAll(
  { diffs }: TargetContext,
  target: Target,
): Promise<void> {
  if (target.kind === "agent")
    await decideAll(diffs, target.client.id, "Accept");
}

export async function rejectAll(
  { diffs }: TargetContext,
  target: Target,
): Promise<void> {
  if (target.kind === "agent")
    await decideAll(diffs, target.client.id, "Reject");
}

export function canReview(target: Target): boolean {
  return target.kind === "diff";
}

/** Shows the diff, in the window that has it. */
export async function review(
  context: TargetContext,
  target: Target,
): Promise<void> {
  if (target.kind !== "diff") return;
  const { connection, diffs } = context;
  const { diff, instance } = target;
  const shown = diffs.pending.find(({ proposal }) => proposal.id === diff.id);
  if (shown) {
    await diffs.show(shown);
    return;
  }
  unwrap(await connection.host.showDiff(instance.instanceId, diff.id));
  await openWindowOf(instance);
}
