// Reads the files of instances on disk, and connects agents to them as real agents do.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { InstanceRecord, LockFile } from "../../src/core/registry/formats";
import type { TestHome } from "../harness/testHome";
import { until } from "../harness/until";
import type { VSCodeServer } from "../harness/vscodeServer";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { Agent } from "../unit/support/agent";

export const STATUS = "berth.berth.instance";

/** To update those of the README: BERTH_SCREENSHOTS=media/screenshots npm test -- ui agents --grep Screenshots */
export const screenshots = path.resolve(
  process.env["BERTH_SCREENSHOTS"] ?? "out/screenshots",
);

export async function readRecords(home: TestHome): Promise<InstanceRecord[]> {
  return (await readAll(home.recordFolder, ".json")) as InstanceRecord[];
}

export async function readLocks(home: TestHome): Promise<LockFile[]> {
  return (await readAll(home.lockFolder, ".lock")) as LockFile[];
}

/** The record of the worktree's only instance, once both its files are there. */
export function recordOf(
  home: TestHome,
  worktree: string,
): Promise<InstanceRecord> {
  return until(`an instance of ${worktree}`, async () => {
    const [record] = (await readRecords(home)).filter(
      (each) => each.worktree === worktree,
    );
    const locks = await readLocks(home);
    return (
      locks.some(({ instanceId }) => instanceId === record?.instanceId) &&
      record
    );
  });
}

/** Opens a window, and returns when it shows the worktree's instance. */
export async function openShown(
  vscode: VSCodeServer,
  home: TestHome,
  worktree: string,
): Promise<WorkbenchWindow> {
  const window = await vscode.openWindow(worktree);
  await recordOf(home, worktree);
  await shown(window);
  return window;
}

/** Resolves when the window shows an instance. If its page goes earlier, VS Code forgets to end its extension host. */
export async function shown(window: WorkbenchWindow): Promise<void> {
  await until("the instance in the status bar", () =>
    window.statusBarText(STATUS),
  );
}

/** Resolves when no file of the worktree's instance is left. */
export async function gone(home: TestHome, worktree: string): Promise<void> {
  await until(`the files of ${worktree} to go`, async () => {
    const records = await readRecords(home);
    const locks = await readLocks(home);
    return (
      records.every((record) => record.worktree !== worktree) &&
      locks.every(({ worktreePath }) => worktreePath !== worktree)
    );
  });
}

/** Tries again until the instance accepts the agent, as a real agent does that has lost its editor. */
export function reconnect(address: {
  port: number;
  token: string;
}): Promise<Agent> {
  return until("the agent to get back in", () => Agent.connect(address));
}

/** Resolves when nothing listens on the port any more. */
export async function refused(address: {
  port: number;
  token: string;
}): Promise<void> {
  await until("the port to be closed", () =>
    Agent.connect(address).then(
      (agent) => {
        agent.dispose();
        return false;
      },
      (error: unknown) => String(error).includes("ECONNREFUSED"),
    ),
  );
}

async function readAll(folder: string, ending: string): Promise<unknown[]> {
  const names = await readdir(folder).catch(() => []);
  const contents = await Promise.all(
    names
      .filter((name) => name.endsWith(ending))
      .map((name) => readFile(path.join(folder, name), "utf8").catch(() => "")),
  );
  return contents
    .filter((content) => content !== "")
    .map((content) => JSON.parse(content) as unknown);
}
