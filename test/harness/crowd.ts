// A crowded machine: a window without an editor that holds many instances, and what many dead ones have left.
import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { version } from "../../package.json";
import type { InstanceRecord } from "../../src/core/registry/formats";
import { Window } from "../unit/support/window";
import { readRecords } from "../ui/instances";
import type { TestHome } from "./testHome";

/** Opens a window on that many plain folders, in the supervisor of the home. The caller disposes it. */
export async function crowd(home: TestHome, count: number): Promise<Window> {
  const folders = Array.from({ length: count }, (_, index) =>
    path.join(home.folder, "crowd", `folder-${String(index).padStart(2, "0")}`),
  );
  for (const folder of folders) await mkdir(folder, { recursive: true });
  return Window.open({
    home: home.berthHome,
    lockDirectory: home.lockFolder,
    folders,
    version,
    workspace: `file://${path.join(home.folder, "crowd")}`,
    settings: { maxInstances: count },
    focusedAt: 0,
  });
}

/**
 * Records of processes that have ended, and one of another container that shares the home. Each is like that of a live
 * instance. Returns their files.
 */
export async function leaveRecords(
  home: TestHome,
  staleCount: number,
): Promise<{ readonly stale: readonly string[]; readonly foreign: string }> {
  const [like] = await readRecords(home);
  if (!like) throw new Error("there is no record to copy");
  const write = async (fields: Partial<InstanceRecord>): Promise<string> => {
    const instanceId = randomUUID();
    const file = path.join(home.recordFolder, `${instanceId}.json`);
    const record = { ...like, ...fields, instanceId };
    await writeFile(file, JSON.stringify(record), { mode: 0o600 });
    return file;
  };
  const foreign = await write({
    name: "foreign@main",
    worktree: "/elsewhere/foreign",
    pid: 1,
    pidNamespace: "pid:[1]",
  });
  const stale: string[] = [];
  for (let count = 0; count < staleCount; count += 1)
    stale.push(
      await write({
        name: `dead-${count}`,
        worktree: `/elsewhere/dead-${count}`,
        // Another process has the pid now.
        processStart: like.processStart.replace(/\d+$/, "1"),
      }),
    );
  return { stale, foreign };
}
