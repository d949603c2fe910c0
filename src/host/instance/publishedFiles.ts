// The files by which agents and other windows find one instance: its record, its lock file and the files for companions.
import type { Address } from "../../core/registry/keptAddresses";
import type { CompanionFiles } from "../../core/registry/companionFiles";
import type { Mark } from "../../core/registry/discoveryFiles";
import { cannotWrite, messageOf } from "../../core/errors";
import { Lifetime } from "../../core/lifetime";
import type { Log } from "../../core/log";
import type { RegistryFiles } from "../../core/registry/registryFiles";
import { ensurePrivateDirectory } from "../../core/system/privateDirectory";
import { pidNamespace } from "../../core/system/processIdentity";
import type { InstanceSpec, ServingProcess } from "./instanceContext";

/** What no rename or change of folders alters. */
export interface PublishedIdentity extends Address {
  readonly instanceId: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export class PublishedFiles {
  readonly #published = new Lifetime();
  #writing: Promise<unknown> = Promise.resolve();
  /** What the files say; empty where one is to be written again. */
  #content = "";
  /** Of each file that was written, whether it is there. */
  readonly #written = new Map<object, () => Promise<boolean>>();

  constructor(
    private readonly identity: PublishedIdentity,
    private readonly process: ServingProcess,
    private readonly files: RegistryFiles,
    private readonly log: Log,
  ) {
    const { records, lockFiles, companionFiles } = files;
    const { instanceId, port } = identity;
    // Where one file cannot be removed, the others are all the same.
    const withdrawing = (withdraw: () => Promise<unknown>) => ({
      dispose: () =>
        withdraw().catch((error: unknown) => {
          log.warn(`A file was left: ${messageOf(error)}`);
        }),
    });
    this.#published.own(withdrawing(() => records.withdraw(instanceId)));
    this.#published.ownTogether(
      [lockFiles, ...companionFiles].map((each) =>
        withdrawing(() => each.withdraw(port, instanceId)),
      ),
    );
    // A write that is still running would otherwise come after the withdrawal.
    this.#published.defer(() => this.#writing);
  }

  /**
   * Writes the record, then the files for agents. Throws a UserError if the record cannot be written; where only the lock
   * file cannot, the instance runs on without it, and the result is the user's sentence about that. A file for a companion
   * that cannot be written is only logged: most people do not use these agents. After dispose() it does nothing.
   */
  async publish(name: string, spec: InstanceSpec): Promise<string | null> {
    const content = JSON.stringify([name, spec]);
    if (this.#published.isEnded || content === this.#content) return null;
    const written = this.#publishRecord(name, spec).then(async () => {
      const [warning] = await Promise.all([
        this.#publishLock(name, spec),
        ...this.files.companionFiles.map((files) =>
          this.#announce(files, name, spec),
        ),
      ]);
      if (warning === null) this.#content = content;
      return warning;
    });
    this.#writing = written.catch(() => undefined);
    return written;
  }

  /** Whether a file that was written is not there any more; the next publish() writes all of them again then. */
  async lostFiles(): Promise<boolean> {
    await this.#writing;
    const there = await Promise.all(
      [...this.#written.values()].map((has) => has()),
    );
    if (this.#published.isEnded || !there.includes(false)) return false;
    this.#content = "";
    await this.files.ensureHome().catch(() => undefined);
    return true;
  }

  /** Takes the files away, the record last. */
  dispose(): Promise<void> {
    return this.#published.dispose();
  }

  async #publishRecord(
    name: string,
    { worktree, window }: InstanceSpec,
  ): Promise<void> {
    const { records } = this.files;
    const { pid, processStart, owner } = this.process;
    try {
      await records.publish({
        version: 1,
        instanceId: this.identity.instanceId,
        name,
        worktree: worktree.path,
        gitCommonDir: worktree.git?.gitCommonDir ?? null,
        repository: worktree.git?.repository ?? null,
        branch: worktree.git?.branch ?? null,
        pid,
        processStart,
        ...namespace(),
        port: this.identity.port,
        token: this.identity.token,
        owner,
        window,
        backends: [],
        createdAt: this.identity.createdAt,
      });
      this.#written.set(
        records,
        async () =>
          (await records.read(this.identity.instanceId)) !== undefined,
      );
    } catch (error) {
      throw cannotWrite(records.directory, error);
    }
  }

  async #publishLock(
    name: string,
    { worktree, folders }: InstanceSpec,
  ): Promise<string | null> {
    const { lockFiles } = this.files;
    const { port, token } = this.identity;
    try {
      if (await ensurePrivateDirectory(lockFiles.directory, { shared: true }))
        this.log.info(`Closed ${lockFiles.directory} to other users (0700)`);
      await lockFiles.publish(port, {
        pid: this.process.parentPid,
        workspaceFolders: folders.map((folder) => folder.path),
        ideName: ideName(name),
        transport: "ws",
        runningInWindows: process.platform === "win32",
        authToken: token,
        ...this.#mark,
        worktreePath: worktree.path,
      });
      this.#written.set(lockFiles, () => lockFiles.has(port));
      return null;
    } catch (error) {
      return `${cannotWrite(lockFiles.directory, error).message} Until then agents do not find this instance by themselves.`;
    }
  }

  async #announce(
    files: CompanionFiles,
    name: string,
    { folders }: InstanceSpec,
  ): Promise<void> {
    try {
      await files.publish({
        port: this.identity.port,
        token: this.identity.token,
        pid: this.process.parentPid,
        folders: folders.map((folder) => folder.path),
        ideName: ideName(name),
        mark: this.#mark,
      });
      this.#written.set(files, () => files.has(this.identity.port));
    } catch (error) {
      this.log.warn(
        `${name}: ${cannotWrite(files.directory, error).message} Until then ${files.agent} does not find this instance by itself.`,
      );
    }
  }

  get #mark(): Mark {
    return {
      instanceId: this.identity.instanceId,
      idePid: this.process.pid,
      ...namespace(),
      createdAt: this.identity.createdAt,
    };
  }
}

/** Agents show it in their lists. */
function ideName(name: string): string {
  return `VS Code · ${name}`;
}

function namespace(): { pidNamespace?: string } {
  const pids = pidNamespace();
  return pids === undefined ? {} : { pidNamespace: pids };
}
