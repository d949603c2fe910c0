// Implements the control API of one instance; the endpoint serves it under /berth/.
import type { ControlActions } from "../endpoint/controlApi";
import type { Mentions } from "../clients/mentions";
import type { InstanceState } from "../contract";
import type { InstanceEvents } from "./instanceContext";

/** An instance as its control API sees it. */
export interface ControlledInstance {
  readonly instanceId: string;
  readonly name: string;
  readonly worktree: string;
  readonly state: Extract<InstanceState, { kind: "running" }>;
  readonly isActive: boolean;
  readonly mentions: Mentions;
  /** Makes it the active one of the window that leads. */
  focus(): void;
  /** Resolves once the instance can no longer be discovered. */
  withdrawFiles(): Promise<void>;
}

/** `pid` is the serving process. */
export function controlActions(
  instance: ControlledInstance,
  pid: number,
  events: InstanceEvents,
): ControlActions {
  const identity = () => ({
    instanceId: instance.instanceId,
    name: instance.name,
    worktree: instance.worktree,
  });
  return {
    health: () => ({
      ...identity(),
      pid,
      port: instance.state.port,
      clients: instance.state.clients.length,
      active: instance.isActive,
    }),
    describe: () => ({
      ...identity(),
      state: instance.state.kind,
      warning: instance.state.warning,
      clients: [...instance.state.clients],
      backends: [],
    }),
    send: (mention, cancelled) => instance.mentions.send([mention], cancelled),
    stop: async () => {
      await instance.withdrawFiles();
      // Answer first: stopping closes the connection.
      setImmediate(() => {
        events.onDidRequestStop();
      });
    },
    focus: () => {
      instance.focus();
    },
  };
}
