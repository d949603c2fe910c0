// The interface between an instance and an agent protocol: the paths it serves and the clients it brings.
import type { Log } from "../../core/log";
import type { Activity } from "../clients/activity";
import type { Client } from "../clients/client";
import type { ClientDiffs } from "../clients/clientDiffs";
import type { HttpRoute, WebSocketRoute } from "../endpoint/endpoint";
import type { CallerContext } from "../tools/tool";

/** The instance as a protocol sees it. */
export interface ProtocolContext {
  readonly version: string;
  readonly log: Log;
  /** For all of the client's calls; see CallerContext. */
  context(client: Client): CallerContext;
  /** For a client that is about to connect. */
  newDiffs(): ClientDiffs;
  newActivity(): Activity;
  /** What people call it. */
  nameOf(client: Client): string;
  /** False: the client limit is reached. */
  admit(): boolean;
  onDidConnect(client: Client): void;
  /** The client's view has changed, and it may accept notifications now. Can fire more than once. */
  onDidBecomeReady(client: Client): void;
  onDidDisconnect(client: Client): void;
}

export type Protocol = (instance: ProtocolContext) => {
  readonly http?: ReadonlyMap<string, HttpRoute>;
  readonly webSocket?: ReadonlyMap<string, WebSocketRoute>;
};
