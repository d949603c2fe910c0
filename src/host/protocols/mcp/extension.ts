// What a protocol that is built on MCP adds to every session; a client that does not know it is not bothered by it.
import type { Log } from "../../../core/log";
import type { EditorView } from "../../view/editorCopy";
import type { Tool } from "../../tools/tool";

// A type, not an interface: the SDK takes only plain records.
export type Notification = {
  readonly method: string;
  readonly params: Record<string, unknown>;
};

export interface SessionExtension {
  /** One that bears the name of a common tool takes its place. */
  readonly tools: readonly Tool[];
  /** What the user looks at, in the words of the protocol; sent when it differs from the last. */
  describe(view: EditorView): Notification;
}

/** The session as an extension sees it. */
export interface SessionSide {
  readonly log: Log;
  /** Sends it as soon as the client listens. */
  readonly notify: (notification: Notification) => void;
}

/** Called for each session; the diffs of the session are taken back without it. */
export type Extend = (session: SessionSide) => SessionExtension;
