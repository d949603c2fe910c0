// A backend's state as an icon and as words, the same in the status bar and in the list.
import { formatBackendPort } from "../../core/backendMessages";
import type { BackendView } from "../../host/backendContract";

type State = BackendView["state"];

/** Also as far as it is told of another window's. */
interface ToldState {
  readonly kind: State["kind"];
  readonly port?: number | null;
  readonly pid?: number | null;
  readonly warning?: string | null;
}

/** Id of a theme icon. */
export function backendIcon({ kind, warning = null }: ToldState): string {
  switch (kind) {
    case "starting":
    case "stopping":
    case "backoff":
      return "loading~spin";
    case "ready":
      return warning === null ? "server-process" : "warning";
    case "failed":
      return "error";
    case "stopped":
      return "circle-outline";
    case "refused":
      return "shield";
  }
}

export function formatBackendState({
  kind,
  port = null,
  pid = null,
}: ToldState): string {
  switch (kind) {
    case "ready":
      return formatBackendPort(port, pid);
    case "backoff":
      return "crashed, starts again soon";
    case "refused":
      return "does not run";
    default:
      return kind;
  }
}

/** What a user should know beside that: why it does not run, what is strange, or its address; empty: nothing. */
export function backendReason(state: State): string {
  switch (state.kind) {
    case "ready":
      return state.warning ?? state.url ?? "";
    case "failed":
      return [state.reason, state.tail.at(-1) ?? ""].filter(Boolean).join(": ");
    case "backoff":
    case "refused":
      return state.reason;
    default:
      return "";
  }
}
