// Entry of the supervisor's process. Loaded into a window's own process instead, it only offers hostInProcess().
import { version } from "../../package.json";
import { type Channel, localChannels } from "../core/control/channel";
import { backendsNeedServer } from "../core/backendErrors";
import { messageOf } from "../core/errors";
import type { Log, LogLevel } from "../core/log";
import { failed, type Outcome } from "../core/outcome";
import type { InstanceBackends } from "../host/backendContract";
import type { EditorApi } from "../host/contract";
import { InstanceHost } from "../host/reconcile/instanceHost";
import { Supervisor, type SupervisorOptions } from "./supervisor";
import { SupervisorLog } from "./supervisorLog";
import { type ServedBackends, serveWindow } from "./windowConnection";

/** The same for what asks its instances. */
const noInstanceBackends: InstanceBackends = {
  of: () => [],
  areUsed: () => false,
  restart: () => Promise.reject(backendsNeedServer()),
};

/** They need a process that outlives the window. */
const noBackends: ServedBackends = {
  requestBackend: refuse,
  restartBackend: refuse,
  stopBackend: refuse,
  followBackendLog: () => Promise.resolve(""),
  notify: () => undefined,
  dispose: () => undefined,
};

function refuse(): Promise<Outcome<never>> {
  return Promise.resolve(failed(backendsNeedServer()));
}

/** Where no second process can be started: hosts the instances of this process's window alone. */
export async function hostInProcess(
  home: string,
  window: unknown,
): Promise<{
  readonly channel: Channel;
  readonly shutDown: () => Promise<void>;
}> {
  const windows: EditorApi[] = [];
  const line = (level: LogLevel) => (message: string) => {
    for (const editor of windows) editor.onDidLog(level, message);
  };
  const log: Log = {
    debug: line("debug"),
    info: line("info"),
    warn: line("warn"),
    error: line("error"),
  };
  const host = await InstanceHost.start({
    home,
    version,
    log,
    backends: noInstanceBackends,
    onDidChange: () => undefined,
  });
  const [channel, own] = localChannels();
  const { editor } = serveWindow(
    own,
    window,
    host,
    {
      beat: () => Promise.resolve(),
      endServer: () => {
        editor.onWillEnd();
        void host.shutDown().finally(() => {
          channel.end();
        });
      },
    },
    () => noBackends,
  );
  windows.push(editor);
  // A supervisor may have told of some.
  editor.onDidChangeBackends([]);
  return { channel, shutDown: () => host.shutDown() };
}

/** `berth serve`: runs until it is told to end. False: another process does it already. */
export async function serveInForeground(
  home: string,
  options: Pick<SupervisorOptions, "port" | "logFile">,
): Promise<boolean> {
  return run({
    ...options,
    home,
    version,
    bundle: __filename,
    isForeground: true,
    onDidLog: (level, message) => {
      process.stderr.write(`[${level}] ${message}\n`);
    },
  });
}

async function main(home: string): Promise<void> {
  // Only this process was to run as Node.
  delete process.env["ELECTRON_RUN_AS_NODE"];
  await run({ home, version, bundle: __filename, isForeground: false });
}

async function run(options: SupervisorOptions): Promise<boolean> {
  const supervisor = await Supervisor.start(options);
  if (!supervisor) return false;
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
    process.on(signal, () => void supervisor.end(signal));
  process.on("uncaughtException", (error) => {
    supervisor.fail(error);
    process.exit(70);
  });
  await supervisor.ended;
  return true;
}

if (require.main === module) {
  const [, , home = ""] = process.argv;
  main(home).then(
    () => process.exit(0),
    (error: unknown) => {
      new SupervisorLog(home).error(`It cannot start: ${messageOf(error)}`);
      process.exit(1);
    },
  );
}
