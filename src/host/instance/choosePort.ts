// Chooses an instance's port: the one its agents already know, else the first in its own order that can be bound.
import { setTimeout as delay } from "node:timers/promises";
import {
  freshToken,
  type KeptAddress,
} from "../../core/registry/keptAddresses";
import { requestHandOver } from "../../core/control/controlClient";
import {
  type DiscoveryFiles,
  isForeign,
} from "../../core/registry/discoveryFiles";
import { rangeIsFull } from "../../core/errors";
import { isInRange, type PortRange, portsFor } from "../../core/system/ports";
import { Endpoint, type EndpointRoutes } from "../endpoint/endpoint";
import type { PortHolder } from "./instanceContext";

/** Milliseconds: at a reload the old and the new extension host overlap for at most this long. */
const RELOAD_OVERLAP = 5_000;
/** Milliseconds until an old extension host knows that its window is closing. */
const CLOSE_NOTICED_AFTER = 1_000;
const RETRY_EVERY = 25;

export interface PortOptions {
  readonly worktree: string;
  readonly range: PortRange;
  readonly kept: readonly KeptAddress[];
  /** URI of what this window has open; during a reload the port's holder has the same one. */
  readonly workspace: string | null;
  /** The live instance on this port, if any. */
  readonly holderOf: (port: number) => PortHolder | undefined;
  /** A port for which another program has a file here is skipped, since publishing would overwrite that file. */
  readonly discoveryFiles: readonly DiscoveryFiles[];
  /** Ends the wait for a kept port. */
  readonly signal: AbortSignal;
}

/** Throws a UserError if the whole range is taken, and an AbortError. The caller closes the endpoint. */
export async function choosePort(
  options: PortOptions,
  routes: EndpointRoutes,
): Promise<Endpoint> {
  const { worktree, range, kept, discoveryFiles } = options;
  for (const address of kept) {
    if (
      !isInRange(range, address.port) ||
      (await isForeign(discoveryFiles, address.port))
    )
      continue;
    const endpoint = await openKept(address, options, routes);
    if (endpoint) return endpoint;
  }
  for (const port of portsFor(worktree, range)) {
    const endpoint =
      !(await isForeign(discoveryFiles, port)) &&
      (await Endpoint.open({ port, token: freshToken() }, routes));
    if (endpoint) return endpoint;
  }
  throw rangeIsFull(`${range.first}-${range.last}`);
}

/** Binds a kept port; asks this window's predecessor to hand it over, and retries while that may still hold it. */
async function openKept(
  { port, token, age, oldToken }: KeptAddress,
  { holderOf, workspace, signal }: PortOptions,
  routes: EndpointRoutes,
): Promise<Endpoint | undefined> {
  const startedAt = performance.now();
  for (;;) {
    const endpoint = await Endpoint.open({ port, token }, routes);
    if (endpoint) return endpoint;
    const holder = holderOf(port);
    // Instances of this host and of other windows are not asked: they keep their port.
    if (holder === "own" || (holder && holder.window?.workspace !== workspace))
      return undefined;
    const answer = await requestHandOver({ port, token: oldToken });
    const mayBePredecessor =
      answer === "handedOver" || holder !== undefined || age < RELOAD_OVERLAP;
    const timeout = answer === "refused" ? CLOSE_NOTICED_AFTER : RELOAD_OVERLAP;
    if (!mayBePredecessor || performance.now() - startedAt > timeout)
      return undefined;
    await delay(RETRY_EVERY, undefined, { signal });
  }
}
