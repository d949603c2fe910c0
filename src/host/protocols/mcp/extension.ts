// What a protocol built on MCP adds to every session, without affecting clients that do not know it.
import type { Log } from "../../../core/log";
import type { EditorView } from "../../view/editorView";
import type { Tool } from "../../tools/tool";

// A type, because an interface is not assignable to the SDK's record types.
export type Notification = {
  readonly method: string;
  readonly params: Record<string, unknown>;
};

export interface SessionExtension {
  /** A tool with the name of a common one replaces it. */
  readonly tools: readonly Tool[];
  /** What the user is looking at, as the protocol's notification; sent only when its key has changed. */
  describe(view: EditorView): {
    readonly notification: Notification;
    readonly key: string;
  };
}

/** The session as an extension sees it. */
export interface SessionContext {
  readonly log: Log;
  /** Queues the notification until the client listens. */
  readonly notify: (notification: Notification) => void;
}

/** Called once per session. The session closes its own diffs. */
export type ExtensionFactory = (session: SessionContext) => SessionExtension;
