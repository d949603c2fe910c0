// A backend as the API tells of it. Never with what its clients have to send: that is for those who hold a session.
import type { BackendState } from "../../core/backends/state";
import type { Backend } from "../backends/backend";

export function describeBackend({ spec, state, sessions }: Backend) {
  return {
    id: spec.id,
    name: spec.definition.name,
    worktree: spec.place.worktree,
    sessions: sessions.size,
    state: state.kind,
    ...detailsOf(state),
  };
}

function detailsOf(state: BackendState) {
  switch (state.kind) {
    case "ready": {
      const { pid, port, url, warning } = state;
      return { pid, port, url, warning };
    }
    case "starting":
      return { since: state.since };
    case "backoff": {
      const { attempt, until, reason } = state;
      return { attempt, until, reason };
    }
    case "failed":
      return { reason: state.reason, tail: state.tail };
    case "stopped":
    case "stopping":
      return {};
  }
}
