// One connected agent, whatever protocol it speaks.
import type { Mention } from "../../core/control/mention";
import type { ClientDiffs } from "./clientDiffs";
import type { ClientView } from "../contract";
import type { EditorView } from "../view/editorCopy";

export interface Client {
  readonly view: ClientView;
  /** Of one that nothing is open to at the moment: since when, in milliseconds since 1970. */
  readonly silentSince?: number | undefined;
  /** What it has proposed; the instance takes all of it back when the client is gone. */
  readonly diffs: ClientDiffs;
  /** Tells the agent what the user looks at, if that differs from what it was told last. */
  share(view: EditorView): void;
  /** Points the agent to files. False: it has not introduced itself yet, or is of a kind that cannot be told. */
  mention(mentions: readonly Mention[]): boolean;
  /** Checks that it still answers; one that has not answered the check before is cut off. */
  checkAlive(): void;
  /** Says goodbye and cuts the line soon after. */
  close(): Promise<void>;
}

/** The name by which a person knows the agent. */
export function agentName({ name }: ClientView): string {
  const known: Readonly<Record<string, string>> = {
    "claude-code": "Claude Code",
    // What both call themselves.
    "streamable-http-client": "Gemini or Qwen",
  };
  return name === null ? "Agent" : (known[name] ?? name);
}
