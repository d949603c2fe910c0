// Finds the port of an instance: the one its agents already know, else the first of its own order that can be bound.
import { setTimeout as delay } from "node:timers/promises";
import {
  freshToken,
  type KeptAddress,
} from "../../core/registry/keptAddresses";
import { takeOver } from "../../core/control/controlClient";
import {
  type DiscoveryFiles,
  isOthers,
} from "../../core/registry/discoveryFiles";
import { rangeIsFull } from "../../core/errors";
import { isInRange, type PortRange, portsFor } from "../../core/system/ports";
import { Endpoint, type EndpointRoutes } from "../endpoint/endpoint";
import type { PortHolder } from "./instanceContext";

/** Milliseconds: at a reload the old and the new extension host overlap for at most this long. */
const OVERLAP = 5_000;
/** Milliseconds after which an old extension host knows that its window is going. */
const NOTICE = 1_000;
const RETRY_EVERY = 25;

export interface PortSituation {
  readonly worktree: string;
  readonly range: PortRange;
  readonly kept: readonly KeptAddress[];
  /** URI of what this window has open: the same one serves the port while a window reloads. */
  readonly workspace: string | null;
  /** The live instance on this port, if any. */
  readonly holderOf: (port: number) => PortHolder | undefined;
  /** A port for which another program's file stands there is left alone: it would have to be overwritten. */
  readonly discoveryFiles: readonly DiscoveryFiles[];
}

/** Opens the endpoint; throws a UserError when the whole range is taken. The caller closes it. */
export async function choosePort(
  situation: PortSituation,
  routes: EndpointRoutes,
): Promise<Endpoint> {
  const { worktree, range, kept, discoveryFiles } = situation;
  for (const address of kept) {
    if (
      !isInRange(range, address.port) ||
      (await isOthers(discoveryFiles, address.port))
    )
      continue;
    const endpoint = await openKept(address, situation, routes);
    if (endpoint) return endpoint;
  }
  for (const port of portsFor(worktree, range)) {
    const endpoint =
      !(await isOthers(discoveryFiles, port)) &&
      (await Endpoint.open({ port, token: freshToken() }, routes));
    if (endpoint) return endpoint;
  }
  throw rangeIsFull(`${range.first}-${range.last}`);
}

/** Takes the kept port over from this window's own predecessor, or waits as long as that may still be giving it up. */
async function openKept(
  { port, token, away, oldToken }: KeptAddress,
  { holderOf, workspace }: PortSituation,
  routes: EndpointRoutes,
): Promise<Endpoint | undefined> {
  const startedAt = Date.now();
  for (;;) {
    const endpoint = await Endpoint.open({ port, token }, routes);
    if (endpoint) return endpoint;
    const holder = holderOf(port);
    // An instance of our own or of another window is not asked: it stays.
    if (holder === "own" || (holder && holder.window?.workspace !== workspace))
      return undefined;
    const answer = await takeOver({ port, token: oldToken });
    const mayBePredecessor =
      answer === "handedOver" || holder !== undefined || away < OVERLAP;
    const patience = answer === "refused" ? NOTICE : OVERLAP;
    if (!mayBePredecessor || Date.now() - startedAt > patience)
      return undefined;
    await delay(RETRY_EVERY);
  }
}
