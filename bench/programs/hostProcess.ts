// Runs Berth as an extension host does, but without an editor: idle, or kept busy as by another extension.
import { Window } from "../../test/unit/support/window";
import { settings } from "../support/settings";
import { announce, readSetup } from "../support/child";

export interface HostSetup {
  readonly home: string;
  readonly lockDirectory: string;
  readonly folders: readonly string[];
  /** "inProcess": as where no second process can be started. */
  readonly mode: "supervisor" | "inProcess";
  readonly isBusy: boolean;
}

export interface HostReady {
  /** Of the first folder's instance. */
  readonly port: number;
  readonly token: string;
}

/** Milliseconds of each period for which the main thread is blocked. */
const BUSY = 200;
const PERIOD = 250;

async function run(setup: HostSetup): Promise<void> {
  if (setup.mode === "inProcess") process.execPath = "/nonexistent";
  const window = await Window.open({ ...setup, settings });
  const { port, token } = await window.record();
  await pushSelection(window, setup.folders[0] ?? "");
  if (setup.isBusy)
    setInterval(() => {
      const end = performance.now() + BUSY;
      while (performance.now() < end);
    }, PERIOD);
  announce({ port, token }, () => window.dispose());
}

async function pushSelection(window: Window, folder: string): Promise<void> {
  const position = { line: 1, character: 0 };
  const path = `${folder}/main.ts`;
  const range = { start: position, end: position };
  const selection = { text: "", path, uri: `file://${path}`, range };
  await window.host.pushState({ selection, tabs: [] });
}

void run(readSetup() as HostSetup);
