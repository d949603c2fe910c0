// The files by which the agents of one user find an instance: the lock file and the companion files.
import type { Announcement } from "../../core/registry/companionFiles";
import type { DiscoveryFiles } from "../../core/registry/discoveryFiles";
import { cannotWrite } from "../../core/pathErrors";
import { messageOf } from "../../core/errors";
import { Lifetime } from "../../core/lifetime";
import type { Log } from "../../core/log";
import type { LockFile, Mark } from "../../core/registry/formats";
import { notFoundBy, notFoundByAgents } from "../../core/messages/instances";
import type { RegistryFiles } from "../../core/registry/registryFiles";
import { ensurePrivateDirectory } from "../../core/system/privateDirectory";
import { Complaints } from "./complaints";
import { PublishedFile } from "./publishedFile";

/** What all these files say. */
export interface Discovery {
  readonly worktree: string;
  readonly token: string;
  /** The ancestor that the terminals of the lead window share. */
  readonly pid: number;
  /** Real paths. */
  readonly folders: readonly string[];
  readonly name: string;
  readonly mark: Mark;
}

export class PublishedDiscovery {
  readonly #published = new Lifetime();
  readonly #complaints: Complaints;
  readonly #lock: PublishedFile<LockFile>;
  readonly #companions: readonly {
    readonly agent: string;
    readonly directory: string;
    readonly file: PublishedFile<Announcement>;
  }[];

  constructor(
    readonly files: RegistryFiles,
    private readonly port: number,
    instanceId: string,
    private readonly log: Log,
  ) {
    const { lockFiles, companionFiles, discoveryFiles } = files;
    this.#complaints = new Complaints(log);
    this.#lock = new PublishedFile(
      async (lock) => {
        const { directory } = lockFiles;
        if (await ensurePrivateDirectory(directory, { shared: true }))
          log.info(`Closed ${directory} to other users (0700)`);
        await lockFiles.publish(port, lock);
      },
      () => lockFiles.has(port),
    );
    this.#companions = companionFiles.map((companion) => ({
      agent: companion.agent,
      directory: companion.directory,
      file: new PublishedFile(
        (announced) => companion.publish(announced),
        () => companion.has(port),
      ),
    }));
    this.#published.ownTogether(
      discoveryFiles.map((each) => withdrawal(each, port, instanceId, log)),
    );
  }

  /** Resolves with a warning for the user if the lock file cannot be written. A failed companion file is only logged. */
  async publish(discovery: Discovery): Promise<string | null> {
    const [warning] = await Promise.all([
      this.#publishLock(discovery),
      this.#publishCompanions(discovery),
    ]);
    return warning;
  }

  /** Whether each file that is missing, or could not be written, is to be written again. */
  isMissing(): Promise<boolean[]> {
    return Promise.all(
      [this.#lock, ...this.#companions.map(({ file }) => file)].map((file) =>
        file.isMissing(),
      ),
    );
  }

  /** Marks the files as used now. */
  async stamp(instanceId: string): Promise<void> {
    await Promise.all(
      this.files.discoveryFiles.map((each) =>
        each.stamp(this.port, instanceId).catch((error: unknown) => {
          this.log.debug(`A file was not stamped: ${messageOf(error)}`);
        }),
      ),
    );
  }

  /** Withdraws them. If one cannot be removed, the others still are. */
  dispose(): Promise<void> {
    return this.#published.dispose();
  }

  async #publishLock(discovery: Discovery): Promise<string | null> {
    const { worktree, token, pid, folders, name, mark } = discovery;
    try {
      await this.#lock.publish({
        pid,
        workspaceFolders: [...folders],
        ideName: ideName(name),
        transport: "ws",
        runningInWindows: process.platform === "win32",
        authToken: token,
        ...mark,
        worktreePath: worktree,
      });
      return null;
    } catch (error) {
      const { directory } = this.files.lockFiles;
      return `${cannotWrite(directory, error).message} ${notFoundByAgents}`;
    }
  }

  async #publishCompanions(discovery: Discovery): Promise<void> {
    const { token, pid, folders, name, mark } = discovery;
    const announced = {
      port: this.port,
      token,
      pid,
      folders: [...folders],
      ideName: ideName(name),
      mark,
    };
    await Promise.all(
      this.#companions.map(({ agent, directory, file }) =>
        this.#complaints.of(
          agent,
          file.publish(announced),
          (error) =>
            `${cannotWrite(directory, error).message} ${notFoundBy(agent)}`,
        ),
      ),
    );
  }
}

function withdrawal(
  files: DiscoveryFiles,
  port: number,
  instanceId: string,
  log: Log,
) {
  return {
    dispose: () =>
      files.withdraw(port, instanceId).catch((error: unknown) => {
        log.warn(`A file was left: ${messageOf(error)}`);
      }),
  };
}

/** Agents show it in their lists. */
function ideName(name: string): string {
  return `VS Code · ${name}`;
}
