// Finds the port of an instance: the one its agents already know, else the first of its own order that can be bound.
import { setTimeout as delay } from "node:timers/promises";
import { type Address, freshToken, type KeptAddress } from "../core/addresses";
import type { InstanceRecord } from "../core/contracts";
import { rangeIsFull } from "../core/errors";
import { isInRange, type PortRange, portsFor } from "../core/ports";
import { Endpoint, type EndpointRoutes } from "./endpoint/endpoint";

/** Milliseconds: at a reload the old and the new extension host overlap for at most this long. */
const OVERLAP = 5_000;
const RETRY_EVERY = 25;

export interface PortSituation {
  readonly worktree: string;
  readonly range: PortRange;
  readonly kept: readonly KeptAddress[];
  /** URI of what this window has open: the same one serves the port while a window reloads. */
  readonly workspace: string | null;
  /** The live record that names this port, if any. */
  holderOf(port: number): InstanceRecord | undefined;
  /** False: another program's lock file stands for this port, and would have to be overwritten. */
  isFree(port: number): Promise<boolean>;
}

/** Opens the endpoint; throws a UserError when the whole range is taken. The caller closes it. */
export async function openEndpoint(
  situation: PortSituation,
  routes: EndpointRoutes,
): Promise<Endpoint> {
  const { worktree, range, kept, isFree } = situation;
  for (const address of kept) {
    if (!isInRange(range, address.port) || !(await isFree(address.port)))
      continue;
    const endpoint = await openKept(address, situation, routes);
    if (endpoint) return endpoint;
  }
  for (const port of portsFor(worktree, range)) {
    const endpoint =
      (await isFree(port)) &&
      (await Endpoint.open({ port, token: freshToken() }, routes));
    if (endpoint) return endpoint;
  }
  throw rangeIsFull(`${range.first}-${range.last}`);
}

/** Waits for the kept port as long as this window's own predecessor may still be giving it up. */
async function openKept(
  { port, token, away }: KeptAddress,
  { holderOf, workspace }: PortSituation,
  routes: EndpointRoutes,
): Promise<Endpoint | undefined> {
  const address: Address = { port, token };
  const deadline = Date.now() + OVERLAP;
  for (;;) {
    const endpoint = await Endpoint.open(address, routes);
    if (endpoint) return endpoint;
    const holder = holderOf(port);
    const isPredecessor = holder
      ? holder.window?.workspace === workspace
      : away < OVERLAP;
    if (!isPredecessor || Date.now() > deadline) return undefined;
    await delay(RETRY_EVERY);
  }
}
