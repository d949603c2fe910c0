// The port of the HTTP API: the same guards as an instance's, with the token of supervisor.json as its bearer.
import { portIsTaken, rangeIsFull } from "../../core/errors";
import type { Log } from "../../core/log";
import { PROOF_PATH } from "../../core/control/proof";
import { DEFAULT_PORT_RANGE, portsFor } from "../../core/system/ports";
import { proofRoute } from "../../host/endpoint/controlApi";
import { Endpoint } from "../../host/endpoint/endpoint";
import type { InstanceHost } from "../../host/reconcile/instanceHost";
import type { BackendHost } from "../backends/backendHost";
import { apiRoutes } from "./httpApi";

export interface ApiEndpointOptions {
  readonly home: string;
  readonly token: string;
  /** undefined: the first free one of the home's own order. */
  readonly port: number | undefined;
  readonly instances: Pick<InstanceHost, "health">;
  readonly log: Log;
}

/** Listens. The caller closes it. Throws a UserError if the port is taken. */
export async function openApi(
  host: BackendHost,
  { home, token, port, instances, log }: ApiEndpointOptions,
): Promise<Endpoint> {
  const routes = apiRoutes(host, instances);
  const proof = proofRoute(token);
  const ports =
    port === undefined ? portsFor(home, DEFAULT_PORT_RANGE) : [port];
  for (const each of ports) {
    const endpoint = await Endpoint.open(
      { port: each, token, formerTokens: [], controlToken: token },
      {
        http: {
          get: (path) => (path === PROOF_PATH ? proof : routes.get(path)),
        },
        webSocket: new Map(),
        admit: () => false,
        onDidFail: () => undefined,
        log,
      },
    );
    if (endpoint) return endpoint;
  }
  if (port !== undefined) throw portIsTaken(port);
  throw rangeIsFull(`${DEFAULT_PORT_RANGE.first}-${DEFAULT_PORT_RANGE.last}`);
}
