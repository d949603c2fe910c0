// What a protocol of agents is to an instance: the paths it serves, and the clients it brings.
import type { Log } from "../../core/log";
import type { Client } from "../clients/client";
import type { ClientDiffs } from "../clients/clientDiffs";
import type { EndpointRoutes } from "../endpoint/endpoint";
import type { CallerContext } from "../tools/tool";

/** The instance as a protocol sees it. */
export interface ProtocolSide {
  readonly version: string;
  readonly log: Log;
  /** Read at every call: folders and names change while clients stay. */
  context(client: Client): CallerContext;
  /** For a client that is about to connect. */
  newDiffs(): ClientDiffs;
  /** False: the instance has as many clients as it may have. */
  admit(): boolean;
  onDidConnect(client: Client): void;
  /** The client has said more of itself, and may now be told things. */
  onDidIntroduce(client: Client): void;
  onDidDisconnect(client: Client): void;
}

export type Protocol = (
  instance: ProtocolSide,
) => Partial<Pick<EndpointRoutes, "http" | "webSocket">>;
