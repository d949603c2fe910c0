// A connected agent, independent of its protocol.
import type { Mention } from "../../core/control/mention";
import type { Activity } from "./activity";
import type { ClientDiffs } from "./clientDiffs";
import type { ClientFacts } from "../machineContract";
import type { EditorView } from "../view/editorView";

export interface Client {
  readonly view: ClientFacts;
  /** Set while the client has no open request or stream: since when, in milliseconds since 1970. */
  readonly idleSince?: number | undefined;
  /** Of its calls. */
  readonly activity: Activity;
  /** Its proposed diffs; the instance closes them when the client disconnects. */
  readonly diffs: ClientDiffs;
  /** Sends what the user is looking at, if it differs from what was sent last. */
  share(view: EditorView): void;
  /** Mentions files to the agent. False: it is not initialized yet, or its protocol has no mentions. */
  mention(mentions: readonly Mention[]): boolean;
  /** Checks that it is still there; disconnects it if it did not answer the previous check. */
  checkAlive(): void;
  /** Closes gracefully, then forcibly after a short timeout. */
  close(): Promise<void>;
}

/** Characters; what agents call themselves is shown and logged. */
const MAX_NAME = 100;

/** `implementation` is how it has introduced itself. */
export function clientFacts(
  implementation: { name: string; version: string } | undefined,
  facts: Pick<ClientFacts, "id" | "pid" | "takesMentions">,
  { since, isBusy }: Pick<ClientFacts, "since" | "isBusy">,
): ClientFacts {
  return {
    ...facts,
    name: implementation?.name.slice(0, MAX_NAME) ?? null,
    version: implementation?.version.slice(0, MAX_NAME) ?? null,
    since,
    isBusy,
  };
}
