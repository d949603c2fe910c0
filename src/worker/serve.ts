// Serves one instance host over a message port: the same code in the worker and, when workers keep dying, in-process.
import type { MessagePort } from "node:worker_threads";
import { createBirpc } from "birpc";
import type { Log } from "../core/log";
import type { EditorApi, HostApi, HostOptions } from "../host/contract";
import { InstanceHost } from "../host/reconcile/instanceHost";

/** Starts at once; calls that come before the host is up wait for it. shutDown() closes the port. */
export function serve(port: MessagePort, options: HostOptions): void {
  const log: Log = {
    debug: (message) => void editor.onDidLog.asEvent("debug", message),
    info: (message) => void editor.onDidLog.asEvent("info", message),
    warn: (message) => void editor.onDidLog.asEvent("warn", message),
    error: (message) => void editor.onDidLog.asEvent("error", message),
  };
  const functions: HostApi = {
    reconcile: async (desired) => (await host).reconcile(desired),
    start: async (worktree) => (await host).start(worktree),
    stop: async (worktree) => (await host).stop(worktree),
    restart: async (worktree) => (await host).restart(worktree),
    list: async () => (await host).list(),
    stopRemote: async (instanceId) => (await host).stopRemote(instanceId),
    focusRemote: async (instanceId) => (await host).focusRemote(instanceId),
    send: async (request) => (await host).send(request),
    cancelSend: (id) => {
      void host.then((it) => {
        it.cancelSend(id);
      });
    },
    setActive: (worktree) => {
      void host.then((it) => {
        it.setActive(worktree);
      });
    },
    pushState: (state) => {
      void host.then((it) => {
        it.pushState(state);
      });
    },
    pushDiagnostics: (changed) => {
      void host.then((it) => {
        it.pushDiagnostics(changed);
      });
    },
    forgetSelections: () => {
      void host.then((it) => {
        it.forgetSelections();
      });
    },
    shutDown: async (linger) => (await host).shutDown(linger),
  };
  const editor = createBirpc<EditorApi, HostApi>(functions, {
    post: (message) => {
      port.postMessage(message);
    },
    on: (receive) => {
      port.on("message", receive);
    },
    eventNames: ["onDidChangeInstances", "onDidLog", "onDidRequestFocus"],
    // An editor that is busy for minutes is still the one we belong to.
    timeout: -1,
  });
  const host = InstanceHost.start(options, editor, log);
}
