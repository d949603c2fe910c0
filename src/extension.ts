// Wires the parts together, and takes them apart again. Nothing else.
import path from "node:path";
import * as vscode from "vscode";
import { messageOf } from "./core/errors";
import { Lifetime } from "./core/lifetime";
import {
  berthHome,
  geminiDirectory,
  lockDirectory,
  qwenDirectory,
} from "./core/registry/locations";
import {
  registerAgentProfile,
  registerCommands,
} from "./editor/commands/commands";
import { onDidChangeDesired, readDesired } from "./editor/window/desired";
import { DiffReview } from "./editor/diffs/diffReview";
import { readDocument, saveDocument } from "./editor/actions/documents";
import { EditorStatePusher } from "./editor/window/editorState";
import { createExecutor } from "./editor/actions/executeCode";
import { type Host, HostConnection } from "./editor/window/hostConnection";
import { openFile } from "./editor/actions/openFile";
import { SettingsReader } from "./editor/settings/settings";
import { StatusBar } from "./editor/views/statusBar";
import { show } from "./editor/instances/target";
import { AgentTerminals } from "./editor/terminals/agentTerminals";
import { FolderEnvironment } from "./editor/terminals/folderEnvironment";
import { WindowInstances } from "./editor/instances/windowInstances";

const lifetime = new Lifetime();

export function activate(context: vscode.ExtensionContext): void {
  const log = lifetime.own(
    vscode.window.createOutputChannel("Berth", { log: true }),
  );
  const settings = new SettingsReader();
  const instances = lifetime.own(new WindowInstances());
  const diffs = lifetime.own(new DiffReview());
  const terminals = lifetime.own(
    new AgentTerminals({
      instances,
      host: () => connection().host,
      settings: () => settings.current,
      program: path.join(__dirname, "agentTerminal.js"),
      notices: path.join(context.globalStorageUri.fsPath, "terminals"),
      log,
      state: context.workspaceState,
    }),
  );
  const folderEnvironment = lifetime.own(
    new FolderEnvironment(
      context.environmentVariableCollection,
      instances,
      () => settings.current.terminalEnvironment,
    ),
  );
  const statusBar = lifetime.own(
    new StatusBar(
      instances,
      diffs,
      terminals,
      () => settings.current.statusBar,
    ),
  );
  const pusher = lifetime.own(
    new EditorStatePusher(
      () => connection().host,
      () => settings.current,
    ),
  );
  const reconcile = (host: Host): void => {
    host.reconcile(readDesired(settings.current)).catch((error: unknown) => {
      log.warn(`Reconciliation was cut off: ${messageOf(error)}`);
    });
  };
  const connection = lazily(() =>
    lifetime.own(
      HostConnection.open({
        file: path.join(__dirname, "worker.js"),
        options: {
          home: berthHome(),
          lockDirectory: lockDirectory(),
          geminiDirectory: geminiDirectory(),
          qwenDirectory: qwenDirectory(),
          parentPid: process.ppid,
          pid: process.pid,
          version: (context.extension.packageJSON as { version: string })
            .version,
          owner: "vscode",
        },
        log,
        overlapsAtReload: vscode.env.remoteName !== undefined,
        pins: () => instances.pins,
        onDidStart: (host) => {
          void diffs.rejectAll();
          reconcile(host);
          pusher.pushAll();
        },
        editor: {
          onDidChangeInstances: (views) => {
            instances.replace(views);
          },
          onDidRequestFocus: (worktree) => void show(instances, worktree),
          onDidLog: (level, message) => {
            log[level](message);
          },
          reachWindow: async () => {
            await vscode.commands.executeCommand("setContext", "berth", true);
          },
          openFile,
          openDiff: (diff) => diffs.open(diff),
          closeDiff: (id) => diffs.close(id),
          readDocument,
          saveDocument,
          executeCode: createExecutor(),
        },
      }),
    ),
  );
  const reach = {
    instances,
    diffs,
    terminals,
    host: () => connection().host,
    log,
    pushNow: () => {
      pusher.pushNow();
    },
  };
  registerCommands(reach).forEach((command) => lifetime.own(command));
  lifetime.own(registerAgentProfile(reach));
  lifetime.own(
    instances.onDidChange(() => {
      void connection().host.setActive(instances.active?.worktree ?? null);
    }),
  );
  lifetime.own(
    onDidChangeDesired(
      () => {
        settings.read();
        statusBar.draw();
        folderEnvironment.update();
        reconcile(connection().host);
        pusher.pushAll();
      },
      () => settings.current.autoStart === "activeEditor",
    ),
  );
  // At once: it loads in its own thread, while other extensions keep this one busy for hundreds of milliseconds.
  connection();
}

/** VS Code waits for this, up to 5 s, and cuts it off then. */
export const deactivate = (): Promise<void> => lifetime.dispose();

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
