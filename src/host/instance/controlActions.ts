// What other windows and the command line may ask of one instance, and do with it; the endpoint puts it under /berth/.
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
  /** Resolves when nobody finds the instance any more. */
  withdrawFiles(): Promise<void>;
}

/** `pid` is the process that serves. */
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
    // The answer goes out first: stopping cuts the line it travels on.
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
