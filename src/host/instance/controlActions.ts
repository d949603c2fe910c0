// Implements the control API of one instance; the endpoint serves it under /berth/.
import type { Health } from "../../core/control/api";
import type { ControlActions } from "../endpoint/controlApi";
import type { Mentions } from "../clients/mentions";
import type { InstanceBackends } from "../backendContract";
import type { InstanceState } from "../contract";
import type { MachineInstance } from "../machineContract";
import type { ClientSet } from "../clients/clientSet";
import type { LeadEditor } from "./leadEditor";
import type { InstanceEvents } from "./instanceContext";

/** An instance as its control API sees it. */
export interface ControlledInstance {
  readonly instanceId: string;
  readonly name: string;
  readonly worktree: string;
  readonly state: Extract<InstanceState, { kind: "running" }>;
  readonly isActive: boolean;
  readonly listed: MachineInstance;
  readonly mentions: Mentions;
  readonly editor: Pick<LeadEditor, "show">;
  readonly clients: Pick<ClientSet, "disconnect">;
  /** Makes it the active one of the window that leads. */
  focus(): void;
  /** Resolves once the instance can no longer be discovered. */
  withdrawFiles(): Promise<void>;
}

export function healthOf({
  instanceId,
  name,
  worktree,
  state: { pid, port, clients },
  isActive,
}: Pick<
  ControlledInstance,
  "instanceId" | "name" | "worktree" | "state" | "isActive"
>): Health {
  return {
    instanceId,
    name,
    worktree,
    pid,
    port,
    clients: clients.length,
    active: isActive,
  };
}

export function controlActions(
  instance: ControlledInstance,
  backends: Pick<InstanceBackends, "restart">,
  events: InstanceEvents,
): ControlActions {
  return {
    health: () => healthOf(instance),
    describe: () => ({
      instanceId: instance.instanceId,
      name: instance.name,
      worktree: instance.worktree,
      state: instance.state.kind,
      warning: instance.state.warning,
      clients: [...instance.state.clients],
      active: instance.isActive,
      diffs: [...instance.listed.diffs],
      backends: [...instance.listed.backends],
    }),
    send: (mention, cancelled, client) =>
      instance.mentions.send([mention], cancelled, client),
    stop: async (by) => {
      await instance.withdrawFiles();
      // Answer first: stopping closes the connection.
      setImmediate(() => {
        events.onDidRequestStop(by);
      });
    },
    focus: () => {
      instance.focus();
    },
    showDiff: (id) => {
      instance.editor.show(id);
    },
    disconnect: (id) => instance.clients.disconnect(id),
    restartBackend: (name) => backends.restart(instance.worktree, name),
  };
}
