// Tells rows apart from one draw to the next. Names and paths do not: two windows may have one worktree open.
import type { Target } from "./target";

export function targetKey(target: Target): string {
  switch (target.kind) {
    case "own":
      return `own ${target.view.worktree}`;
    case "remote":
      return `remote ${target.listed.instanceId}`;
    case "stopped":
      return `stopped ${target.listed.worktree}`;
    case "notRunning":
      return `notRunning ${target.listed.path}`;
    case "backend":
      return `backend ${target.view.worktree}\0${target.view.name}`;
    case "otherBackend":
      return `backend ${target.instance.worktree}\0${target.backend.name}`;
    case "elsewhere": {
      const { answer } = target;
      const id = "instance" in answer ? answer.instance.instanceId : "";
      return `elsewhere ${answer.host}\0${id}`;
    }
    case "agent":
      return `agent ${target.instance.instanceId}\0${target.client.id}`;
    case "diff":
      return `diff ${target.diff.id}`;
    case "otherEditor":
      return `otherEditor ${target.listed.port}`;
  }
}
