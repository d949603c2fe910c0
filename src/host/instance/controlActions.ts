// Implements the control API of one instance; the endpoint serves it under /berth/.
import type { ControlActions } from "../endpoint/controlApi";
import type { Mentions } from "../clients/mentions";
import type { InstanceState } from "../contract";
import type { HandOver } from "./handOver";
import type { InstanceEvents } from "./instanceContext";

/** An instance as its control API sees it. */
export interface ControlledInstance {
  readonly instanceId: string;
  readonly name: string;
  readonly worktree: string;
  readonly state: Extract<InstanceState, { kind: "running" }>;
  readonly isActive: boolean;
  readonly mentions: Mentions;
  readonly handOver: HandOver;
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
  const stopSoon = async (): Promise<void> => {
    await instance.withdrawFiles();
    // Answer first: stopping closes the connection.
    setImmediate(() => {
      events.onDidRequestStop();
    });
  };
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
    stop: stopSoon,
    focus: () => {
      events.onDidRequestFocus();
    },
    handOver: async () => {
      const answer = await instance.handOver.request();
      if (answer === "abandoned") await stopSoon();
      return answer !== "refused";
    },
  };
}
