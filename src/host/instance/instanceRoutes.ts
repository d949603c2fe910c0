// What the port of one instance answers: the protocols of agents, and the control API.
import type { Log } from "../../core/log";
import type { InstanceBackends } from "../backendContract";
import { Activity } from "../clients/activity";
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
  readonly editor: ControlledInstance["editor"] & Callee["editor"];
}

export interface RouteOptions {
  readonly process: ServingProcess;
  readonly controlToken: string;
  readonly backends: InstanceBackends;
  readonly maxClients: () => number;
  readonly events: InstanceEvents;
  readonly log: Log;
}

export function instanceRoutes(
  instance: RoutedInstance,
  { process, controlToken, backends, maxClients, events, log }: RouteOptions,
): EndpointRoutes {
  const { clients, mentions } = instance;
  const admit = () => clients.admit(maxClients());
  const routes = protocols.map((protocol) =>
    protocol({
      version: process.version,
      log,
      context: (client) => callerContext(instance, client),
      newDiffs: () => new ClientDiffs(instance.editor),
      newActivity: () =>
        new Activity(() => {
          events.onDidChange();
        }),
      nameOf: (client) => clients.labelOf(client),
      admit,
      onDidConnect: (client) => {
        clients.add(client);
      },
      onDidBecomeReady: (client) => {
        clients.noteReady(client);
        client.share(instance.view);
        mentions.noteReadyClient();
        events.onDidChange();
      },
      onDidDisconnect: (client) => {
        clients.remove(client);
      },
    }),
  );
  const control = controlRoutes(
    controlActions(instance, backends, events),
    controlToken,
  );
  const agents = new Map(routes.flatMap(({ http = [] }) => [...http]));
  return {
    http: { get: (path) => control.get(path) ?? agents.get(path) },
    webSocket: new Map(routes.flatMap(({ webSocket = [] }) => [...webSocket])),
    admit,
    onDidFail: () => {
      events.onDidFail();
    },
    log,
  };
}
