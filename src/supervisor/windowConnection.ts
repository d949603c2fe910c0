// One window's connection: what it calls is done by its part of the host, and it is called back over the same channel.
import { createBirpc } from "birpc";
import * as z from "zod/mini";
import type { Channel } from "../core/control/channel";
import { type EventsOf, eventNames } from "../core/control/rpcEvents";
import { rpcErrors } from "../core/control/rpcErrors";
import type { BackendsApi } from "../host/backendContract";
import type { EditorApi, ServerApi, WindowOptions } from "../host/contract";
import type { AttachedWindow } from "../host/reconcile/attachedWindow";
import type { InstanceHost } from "../host/reconcile/instanceHost";

const worktreeSchema = z.object({
  path: z.string(),
  git: z.nullable(
    z.object({
      repository: z.string(),
      branch: z.string(),
      gitDir: z.string(),
      gitCommonDir: z.string(),
    }),
  ),
  isPlain: z.boolean(),
  bareRepository: z.nullable(z.string()),
  warning: z.nullable(z.string()),
});

const windowSchema = z.object({
  lockDirectory: z.string(),
  geminiDirectory: z.string(),
  qwenDirectory: z.string(),
  parentPid: z.int(),
  environment: z.record(z.string(), z.string()),
  focusedAt: z.number(),
  served: z.array(z.string()),
  known: z.array(z.tuple([z.string(), worktreeSchema])),
  pins: z.array(
    z.tuple([z.string(), z.enum(["started", "entered", "stopped"])]),
  ),
  backends: z.array(
    z.object({
      worktree: z.string(),
      name: z.string(),
      isWanted: z.nullable(z.boolean()),
      isIdle: z.boolean(),
    }),
  ),
});

type Methods = Readonly<
  Record<string, ((...args: unknown[]) => unknown) | undefined>
>;

/** What a window is called back by. */
export interface ServedWindow {
  readonly editor: EditorApi;
  readonly backends: ServedBackends;
}

/** The backends as a window sees them. */
export interface ServedBackends extends BackendsApi {
  /** Tells the window what has changed. */
  notify(): void;
  dispose(): void;
}

/** Nobody waits for an answer. */
const windowEvents: EventsOf<EditorApi> = {
  onDidChangeInstances: true,
  onDidChangeMachine: true,
  onDidChangeBackends: true,
  onDidWriteBackendLog: true,
  onDidLearnWorktrees: true,
  onDidLog: true,
  onDidRequestFocus: true,
  onDidRequestDiff: true,
  onWillEnd: true,
};

/** Attaches the window to the host until the channel ends. Throws if it does not say what a window says. */
export function serveWindow(
  channel: Channel,
  window: unknown,
  host: InstanceHost,
  server: ServerApi,
  newBackends: (window: AttachedWindow, editor: EditorApi) => ServedBackends,
): ServedWindow {
  const options: WindowOptions = windowSchema.parse(window);
  let receive: (message: unknown) => void = () => undefined;
  const rpc = createBirpc<EditorApi>(
    {},
    {
      post: (message) => {
        channel.post(message);
      },
      on: (callback) => {
        receive = callback;
      },
      // Looked up where they are implemented: one place names the methods, the contract.
      resolver: (name) => {
        for (const part of [
          ...[server, attached, attached.choices],
          ...[attached.requests, backends],
        ]) {
          const method = methods(part)[name];
          if (method) return method.bind(part);
        }
        return undefined;
      },
      eventNames: eventNames<EditorApi>(windowEvents),
      ...rpcErrors,
      // The editor may be busy for minutes, and a user decides when he likes.
      timeout: -1,
    },
  );
  const attached = host.attach(options, rpc, () => {
    channel.end();
  });
  const backends = newBackends(attached, rpc);
  // Only now is there somebody to do what the first messages ask for.
  channel.onMessage(receive);
  void channel.ended.then((reason) => {
    attached.detach();
    backends.dispose();
    // Not closed: an event that comes too late is nobody's failure.
    void rpc.$rejectPendingCalls(({ reject }) => {
      reject(new Error(`The window is gone: ${reason}`));
    });
  });
  return { editor: rpc, backends };
}

function methods(target: object): Methods {
  return target as Methods;
}
