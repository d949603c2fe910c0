// Chooses an instance's port: the one its agents already know, else the first in its own order that can be bound.
import { setTimeout as delay } from "node:timers/promises";
import {
  type AgentTokens,
  freshTokens,
  type KeptAddress,
  tokensAfterAbsence,
} from "../../core/registry/keptAddresses";
import { requestHandOver } from "../../core/control/controlClient";
import type { InstanceRecord } from "../../core/registry/formats";
import { rangeIsFull } from "../../core/errors";
import { isInRange, type PortRange, portsFor } from "../../core/system/ports";
import { Endpoint, type EndpointRoutes } from "../endpoint/endpoint";
import type { PortHolder } from "./instanceContext";

/** Milliseconds: at a reload the old and the new extension host overlap for at most this long. */
const RELOAD_OVERLAP = 5_000;
/** Milliseconds until an old extension host knows that its window is closing. */
const CLOSE_NOTICED_AFTER = 1_000;
/** Milliseconds in which a predecessor closes the port it hands over. Asked meanwhile, it could not answer. */
const CLOSE_TIME = 250;
const RETRY_EVERY = 25;

export interface PortOptions {
  readonly worktree: string;
  readonly range: PortRange;
  /** Of the instance that is to have the port. */
  readonly controlToken: string;
  readonly kept: readonly KeptAddress[];
  /** Drops the address kept with this port. */
  readonly forget: (port: number) => Promise<void>;
  /** URI of what this window has open; during a reload the port's holder has the same one. */
  readonly workspace: string | null;
  /** The live instance on this port, if any. */
  readonly holderOf: (port: number) => PortHolder | undefined;
  /** Ports with another program's lock file, which publishing would overwrite. */
  readonly foreignPorts: ReadonlySet<number>;
  /** Ends the wait for a kept port. */
  readonly signal: AbortSignal;
}

type Open = (
  port: number,
  tokens: AgentTokens,
) => Promise<Endpoint | undefined>;

/** Throws a UserError if the whole range is taken, and an AbortError. The caller closes the endpoint. */
export async function choosePort(
  options: PortOptions,
  routes: EndpointRoutes,
): Promise<Endpoint> {
  const { worktree, range, controlToken, kept, foreignPorts } = options;
  const open: Open = (port, { token, formerTokens }) =>
    Endpoint.open({ port, token, formerTokens, controlToken }, routes);
  for (const address of kept) {
    if (!isInRange(range, address.port) || foreignPorts.has(address.port))
      continue;
    const endpoint = await openKept(address, options, open);
    if (endpoint) return endpoint;
  }
  for (const port of portsFor(worktree, range)) {
    const endpoint =
      !foreignPorts.has(port) && (await open(port, freshTokens()));
    if (endpoint) return endpoint;
  }
  throw rangeIsFull(`${range.first}-${range.last}`);
}

/**
 * Binds a kept port; asks this window's predecessor to hand it over, and retries while that may still hold it. Agents send
 * their tokens to whoever holds the port, so only a holder that has proved to be the predecessor leaves them as they are.
 */
async function openKept(
  kept: KeptAddress,
  { holderOf, workspace, forget, signal }: PortOptions,
  open: Open,
): Promise<Endpoint | undefined> {
  const { port, age } = kept;
  let tokens = tokensAfterAbsence(kept);
  const startedAt = performance.now();
  let askAt = startedAt;
  for (;;) {
    const endpoint = await open(port, tokens);
    if (endpoint) return endpoint;
    const holder = holderOf(port);
    // Instances of this host and of other windows are not asked: they keep their port.
    if (holder === "own" || (holder && !isOf(holder, workspace)))
      return undefined;
    if (performance.now() >= askAt) {
      const answer = await askPredecessor(kept);
      if (answer === "unproven") tokens = freshTokens();
      // It has served them until now.
      else if (answer !== "noAnswer") tokens = kept;
      const isGiven = answer === "handedOver";
      const timeout =
        answer === "refused" ? CLOSE_NOTICED_AFTER : RELOAD_OVERLAP;
      const mayBePredecessor =
        isGiven || holder !== undefined || age < RELOAD_OVERLAP;
      if (!mayBePredecessor || performance.now() - startedAt > timeout) {
        if (answer !== "refused") await forget(port);
        return undefined;
      }
      askAt = performance.now() + (isGiven ? CLOSE_TIME : 0);
    }
    await delay(RETRY_EVERY, undefined, { signal });
  }
}

function askPredecessor({ port, controlToken }: KeptAddress) {
  return controlToken === undefined
    ? "unproven"
    : requestHandOver({ port, controlToken });
}

/** Whether it belongs to a window that has this workspace open. */
function isOf({ windows }: InstanceRecord, workspace: string | null): boolean {
  return windows.some((window) => window.workspace === workspace);
}
