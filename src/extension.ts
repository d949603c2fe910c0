// Composition root: builds the parts, wires them by constructor and disposes them. Nothing else.
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
import { choicesOf } from "./host/backendContract";
import { BackendList } from "./editor/backends/backendList";
import { BackendLogs } from "./editor/backends/backendLogs";
import { Consents } from "./editor/backends/consents";
import { registerMcpServers } from "./editor/backends/mcpServers";
import { createDocumentActions } from "./editor/actions/documents";
import { createExecutor } from "./editor/actions/executeCode";
import { createOpener } from "./editor/actions/openFile";
import {
  registerAgentProfile,
  registerCommands,
} from "./editor/commands/commands";
import { createOperations } from "./editor/operations/operations";
import { DiffNotices } from "./editor/diffs/diffNotices";
import { DiffReview } from "./editor/diffs/diffReview";
import { LimitNotices } from "./editor/instances/limitNotices";
import { Machine } from "./editor/instances/machine";
import { OtherMachines } from "./editor/instances/otherMachines";
import { Recipients } from "./editor/instances/recipients";
import { StopNotices } from "./editor/instances/stopNotices";
import { Usage } from "./editor/instances/usage";
import { revealWorktree } from "./editor/instances/target";
import { WindowInstances } from "./editor/instances/windowInstances";
import { CurrentSettings } from "./editor/settings/settings";
import { AgentTerminals } from "./editor/terminals/agentTerminals";
import { CommandLine } from "./editor/terminals/commandLine";
import { FolderEnvironment } from "./editor/terminals/folderEnvironment";
import { ContextKeys } from "./editor/views/contextKeys";
import { MachineTreeView } from "./editor/views/machineTreeView";
import { StatusBar } from "./editor/views/statusBar";
import {
  onDidChangeFolders,
  readDesiredState,
} from "./editor/window/desiredState";
import { EditorStatePusher } from "./editor/window/editorState";
import { HostConnection } from "./editor/window/hostConnection";
import { SharedFiles } from "./editor/window/sharedFiles";
import { WindowFocus } from "./editor/window/windowFocus";
import { SetupCommands } from "./editor/worktrees/setupCommands";

const lifetime = new Lifetime();

export function activate(context: vscode.ExtensionContext): void {
  const { extension, globalStorageUri, workspaceState } = context;
  const { version, contributes } = extension.packageJSON as {
    version: string;
    contributes: { configuration: { properties: object } };
  };
  const discovery = {
    lockDirectory: lockDirectory(),
    geminiDirectory: geminiDirectory(),
    qwenDirectory: qwenDirectory(),
  };
  const log = lifetime.own(
    vscode.window.createOutputChannel("Berth", { log: true }),
  );
  const settings = lifetime.own(new CurrentSettings());
  const focus = lifetime.own(new WindowFocus());
  const connection = new HostConnection({
    file: path.join(__dirname, "supervisor.js"),
    home: berthHome(),
    version,
    window: {
      ...discovery,
      parentPid: process.ppid,
      environment: { ...process.env } as Readonly<Record<string, string>>,
    },
    log,
  });
  const instances = lifetime.own(new WindowInstances());
  const machine = lifetime.own(new Machine());
  const backends = lifetime.own(new BackendList(connection));
  const backendLogs = lifetime.own(new BackendLogs(connection));
  const consents = lifetime.own(new Consents(workspaceState, log));
  const diffs = lifetime.own(new DiffReview());
  const terminals = lifetime.own(
    new AgentTerminals({
      instances,
      machine,
      backends,
      connection,
      settings,
      program: path.join(__dirname, "agentTerminal.js"),
      notices: path.join(globalStorageUri.fsPath, "terminals"),
      log,
      state: workspaceState,
      sharedState: context.globalState,
    }),
  );
  lifetime.own(
    new FolderEnvironment(
      context.environmentVariableCollection,
      instances,
      backends,
      settings,
    ),
  );
  const commandLine = new CommandLine({
    home: berthHome(),
    installed: {
      version,
      cli: path.join(__dirname, "cli.js"),
      runtime: process.execPath,
    },
    variables: context.environmentVariableCollection,
    state: context.globalState,
    log,
  });
  const sharedFiles = lifetime.own(new SharedFiles(settings));
  const pusher = lifetime.own(
    new EditorStatePusher(connection, settings, sharedFiles),
  );
  lifetime.own(registerMcpServers(backends, instances));
  const commandContext = {
    instances,
    machine,
    backends,
    backendLogs,
    consents,
    diffs,
    terminals,
    commandLine,
    connection,
    diagnostics: {
      version,
      // Where VS Code keeps what is written to the channel of this name.
      logFile: path.join(context.logUri.fsPath, `${log.name}.log`),
      settings: Object.keys(contributes.configuration.properties).map((key) =>
        key.replace("berth.", ""),
      ),
      discovery,
    },
    machines: new OtherMachines(settings, commandLine),
    pusher,
    recipients: lifetime.own(new Recipients(machine, terminals)),
    usage: lifetime.own(new Usage({ instances, machine, backends, settings })),
    settings,
    setup: new SetupCommands(workspaceState, settings),
    sharedFiles,
    log,
  };
  registerCommands(commandContext).forEach((command) => lifetime.own(command));
  lifetime.own(registerAgentProfile(commandContext));
  lifetime.own(new StatusBar(commandContext, settings));
  lifetime.own(new MachineTreeView(commandContext));
  lifetime.own(new ContextKeys(commandContext));
  lifetime.own(new DiffNotices(diffs, settings));
  lifetime.own(new StopNotices(commandContext));
  lifetime.own(new LimitNotices(commandContext, workspaceState));

  const reconcile = (): void => {
    connection.host
      .reconcile(
        readDesiredState(
          settings.value,
          consents.judge(settings.value.backends),
        ),
      )
      .catch((error: unknown) => {
        log.warn(`Reconciliation was cut off: ${messageOf(error)}`);
      });
  };
  const setActive = (): void => {
    void connection.host.setActive(instances.active?.worktree ?? null);
  };
  lifetime.own(onDidChangeFolders(reconcile));
  lifetime.own(settings.onDidChange(reconcile));
  lifetime.own(consents.onDidChange(reconcile));
  lifetime.own(
    vscode.window.onDidChangeActiveTextEditor(() => {
      if (settings.value.autoStart === "activeEditor") reconcile();
    }),
  );
  lifetime.own(instances.onDidChangeActive(setActive));
  lifetime.own(
    focus.onDidFocus((at) => {
      void connection.host.noteFocus(at);
    }),
  );
  lifetime.own(
    diffs.onDidEdit(({ id, contents }) => {
      void connection.host.pushEditedDiff(id, contents);
    }),
  );
  lifetime.own(
    connection.onDidStart((_host, isNew) => {
      commandLine.provide();
      diffs.noteConnectionEnded(isNew);
      reconcile();
      pusher.pushAll();
      setActive();
      backendLogs.followAgain();
    }),
  );
  connection.start({
    state: () => ({
      pins: instances.pins,
      served: instances.served,
      focusedAt: focus.at,
      backends: choicesOf(backends.views),
    }),
    editor: {
      onDidChangeInstances: (views) => {
        instances.replace(views);
        diffs.closeForgotten();
      },
      onDidChangeMachine: (view) => {
        machine.replace(view);
      },
      onDidChangeBackends: (views) => {
        backends.replace(views);
      },
      onDidWriteBackendLog: (backend, lines) => {
        backendLogs.append(backend, lines);
      },
      onDidRequestFocus: (worktree) => void revealWorktree(instances, worktree),
      onDidRequestDiff: (id) => {
        const diff = diffs.pending.find(({ proposal }) => proposal.id === id);
        if (diff) void diffs.show(diff);
      },
      onDidLog: (level, message) => {
        log[level](message);
      },
      pingWindow: async () => {
        await vscode.commands.executeCommand("setContext", "berth", true);
      },
      openFile: createOpener(sharedFiles),
      openDiff: (diff) => diffs.open(diff),
      closeDiff: (id) => diffs.close(id),
      ...createDocumentActions(sharedFiles),
      executeCode: createExecutor(),
      operate: createOperations({ files: sharedFiles, settings, backends }),
    },
  });
  // Disposed first: whatever else ends here is no news to the host.
  lifetime.own(connection);
  lifetime.defer(() => {
    diffs.flushEdits();
  });
}

/** VS Code awaits this for at most 5 s, then cuts it off. */
export const deactivate = (): Promise<void> => lifetime.dispose();
