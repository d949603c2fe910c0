// Serves one instance host over a message port: the same code in the worker and, when workers keep dying, in-process.
import type { MessagePort } from "node:worker_threads";
import { createBirpc } from "birpc";
import type { Log } from "../core/log";
import type { EditorApi, HostOptions } from "../host/contract";
import { InstanceHost } from "../host/reconcile/instanceHost";

type Methods = Readonly<Record<string, (...args: unknown[]) => unknown>>;

/** Starts at once; calls that come before the host is up wait for it. shutDown() closes the port. */
export function serve(port: MessagePort, options: HostOptions): void {
  const log: Log = {
    debug: (message) => void editor.onDidLog.asEvent("debug", message),
    info: (message) => void editor.onDidLog.asEvent("info", message),
    warn: (message) => void editor.onDidLog.asEvent("warn", message),
    error: (message) => void editor.onDidLog.asEvent("error", message),
  };
  const editor = createBirpc<EditorApi>(
    {},
    {
      post: (message) => {
        port.postMessage(message);
      },
      on: (receive) => {
        port.on("message", receive);
      },
      resolver: async (name) => {
        // Looked up in the host itself: one place names its methods, the contract.
        const api = (await host) as unknown as Methods;
        return (...args: unknown[]) => api[name]?.(...args);
      },
      eventNames: ["onDidChangeInstances", "onDidLog", "onDidRequestFocus"],
      // The editor may be busy for minutes, and is still the one this host serves.
      timeout: -1,
    },
  );
  const host = InstanceHost.start(options, editor, log);
}
