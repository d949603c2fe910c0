// Worktrees in a real VS Code, and when their lock files appeared.
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { LockFile } from "../../src/core/registry/formats";
import { GitRepository } from "../../test/harness/gitRepository";
import { TestHome } from "../../test/harness/testHome";
import { until } from "../../test/harness/until";
import { VSCodeServer } from "../../test/harness/vscodeServer";
import { copyExtensions, type ProbedCopies } from "./extensionCopies";

/** A running VS Code with probed copies of our extension and the requested number of worktrees. */
export interface RealVSCode {
  readonly server: VSCodeServer;
  readonly home: TestHome;
  readonly worktrees: readonly string[];
  readonly probes: ProbedCopies;
  stop(): Promise<void>;
}

export async function startVSCode(
  activationEvent: string,
  worktrees: number,
): Promise<RealVSCode> {
  const home = await TestHome.create();
  const app = await GitRepository.create(path.join(home.folder, "app"), {
    "src/main.ts": "one\ntwo\nthree\n",
  });
  const folders: string[] = [];
  for (let index = 0; index < worktrees; index += 1)
    folders.push(await app.addWorktree(`feature-${index}`));
  const probes = copyExtensions(
    path.join(home.folder, "extensions"),
    activationEvent,
  );
  const server = await VSCodeServer.start({
    home,
    extensions: probes.folders,
  });
  return {
    server,
    home,
    worktrees: folders,
    probes,
    async stop() {
      await server.stop();
      await home.remove();
    },
  };
}

export interface SeenLock extends LockFile {
  readonly port: number;
  /** When it was renamed into place, in milliseconds since 1970. */
  readonly writtenAt: number;
}

/** Waits for a lock file of the worktree other than the earlier ones. */
export function waitForLock(
  home: TestHome,
  worktree: string,
  earlier: readonly SeenLock[] = [],
): Promise<SeenLock> {
  return until(
    `a lock file of ${worktree}`,
    () =>
      readLocks(home).find(
        ({ worktreePath, instanceId }) =>
          worktreePath === worktree &&
          !earlier.some((lock) => lock.instanceId === instanceId),
      ),
    60_000,
  );
}

export function readLocks(home: TestHome): SeenLock[] {
  return readdirSync(home.lockFolder)
    .filter((name) => name.endsWith(".lock"))
    .flatMap((name) => {
      const file = path.join(home.lockFolder, name);
      try {
        const { ctimeMs } = statSync(file);
        const lock = JSON.parse(readFileSync(file, "utf8")) as LockFile;
        return [{ ...lock, port: Number.parseInt(name), writtenAt: ctimeMs }];
      } catch {
        return []; // It was just removed.
      }
    });
}
