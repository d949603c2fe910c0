// What the port of one instance answers: the protocols of agents, and the control API.
import type { Log } from "../../core/log";
import { ClientDiffs } from "../clients/clientDiffs";
import type { ClientSet } from "../clients/clientSet";
import { controlRoutes } from "../endpoint/controlApi";
import type { EndpointRoutes } from "../endpoint/endpoint";
import { protocols } from "../protocols/protocols";
import { type Callee, callerContext } from "./callerContext";
import { controlActions, type ControlledInstance } from "./controlActions";
import type { InstanceEvents, ServingProcess } from "./instanceContext";

export interface RoutedInstance extends ControlledInstance, Callee {
  readonly clients: ClientSet;
}

export interface RouteOptions {
  readonly process: ServingProcess;
  readonly controlToken: string;
  readonly maxClients: () => number;
  readonly events: InstanceEvents;
  readonly log: Log;
}

export function instanceRoutes(
  instance: RoutedInstance,
  { process, controlToken, maxClients, events, log }: RouteOptions,
): EndpointRoutes {
  const { clients, mentions } = instance;
  const admit = () => clients.admit(maxClients());
  const routes = protocols.map((protocol) =>
    protocol({
      version: process.version,
      log,
      context: (client) => callerContext(instance, client),
      newDiffs: () => new ClientDiffs(instance.editor),
      admit,
      onDidConnect: (client) => {
        clients.add(client);
      },
      onDidBecomeReady: (client) => {
        client.share(instance.view);
        mentions.noteReadyClient();
        events.onDidChange();
      },
      onDidDisconnect: (client) => {
        clients.remove(client);
      },
    }),
  );
  const control = controlActions(instance, events);
  return {
    http: new Map([
      ...controlRoutes(control, controlToken),
      ...routes.flatMap(({ http = [] }) => [...http]),
    ]),
    webSocket: new Map(routes.flatMap(({ webSocket = [] }) => [...webSocket])),
    admit,
    onDidFail: () => {
      events.onDidFail();
    },
    log,
  };
}
