// Chooses an instance's port: the one its agents already know, else the first in its own order that can be bound.
import {
  type AgentTokens,
  freshTokens,
  type KeptAddress,
  tokensAfterAbsence,
} from "../../core/registry/keptAddresses";
import { rangeIsFull } from "../../core/errors";
import { isInRange, type PortRange, portsFor } from "../../core/system/ports";
import { Endpoint, type EndpointRoutes } from "../endpoint/endpoint";

export interface PortOptions {
  readonly worktree: string;
  readonly range: PortRange;
  /** Of the instance that is to have the port. */
  readonly controlToken: string;
  readonly kept: readonly KeptAddress[];
  /** Drops the address kept with this port. */
  readonly forget: (port: number) => Promise<void>;
  /** Whether another live instance serves the port. */
  readonly isServed: (port: number) => boolean;
  /** Ports with another program's lock file, which publishing would overwrite. */
  readonly foreignPorts: ReadonlySet<number>;
  readonly signal: AbortSignal;
}

/** Throws a UserError if the whole range is taken, and an AbortError. The caller closes the endpoint. */
export async function choosePort(
  options: PortOptions,
  routes: EndpointRoutes,
): Promise<Endpoint> {
  const { worktree, range, controlToken, kept, foreignPorts, signal } = options;
  const open = async (
    port: number,
    tokens: AgentTokens,
  ): Promise<Endpoint | undefined> => {
    signal.throwIfAborted();
    const { token, formerTokens } = tokens;
    return Endpoint.open({ port, token, formerTokens, controlToken }, routes);
  };
  for (const address of kept) {
    const { port } = address;
    if (!isInRange(range, port) || foreignPorts.has(port)) continue;
    const endpoint = await open(port, tokensAfterAbsence(address));
    if (endpoint) return endpoint;
    // Whoever holds it may have been sent the tokens, which agents send to any holder: nothing listens with them again.
    if (!options.isServed(port)) await options.forget(port);
  }
  for (const port of portsFor(worktree, range)) {
    if (foreignPorts.has(port)) continue;
    const endpoint = await open(port, freshTokens());
    if (endpoint) return endpoint;
  }
  throw rangeIsFull(`${range.first}-${range.last}`);
}
