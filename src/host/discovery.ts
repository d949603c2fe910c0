// The files by which agents and other windows find one instance: its record and its lock file.
import type { Address } from "../core/addresses";
import { cannotWrite } from "../core/errors";
import { Lifetime } from "../core/lifetime";
import { ensurePrivateDirectory } from "../core/privateDirectory";
import { pidNamespace } from "../core/processIdentity";
import type { InstanceSpec, Surroundings } from "./surroundings";

export class Discovery {
  readonly #published = new Lifetime();
  #writing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly around: Surroundings,
    private readonly instanceId: string,
    private readonly createdAt: number,
    private readonly address: Address,
  ) {
    const { records, lockFiles } = around;
    this.#published.defer(() => records.withdraw(instanceId));
    this.#published.defer(() => lockFiles.withdraw(address.port, instanceId));
    // What is being written at this moment would otherwise come after its withdrawal.
    this.#published.defer(() => this.#writing);
  }

  /**
   * Writes the record, then the lock file. Throws a UserError if the record cannot be written; where only the lock file
   * cannot, the instance runs on without it, and the result is the user's sentence about that. After dispose() it does nothing.
   */
  async publish(name: string, spec: InstanceSpec): Promise<string | null> {
    if (this.#published.isEnded) return null;
    const written = this.#publishRecord(name, spec).then(() =>
      this.#publishLock(name, spec),
    );
    this.#writing = written.catch(() => undefined);
    return written;
  }

  /** Takes the files away, the lock file first. */
  dispose(): Promise<void> {
    return this.#published.dispose();
  }

  async #publishRecord(
    name: string,
    { worktree, window }: InstanceSpec,
  ): Promise<void> {
    const { options, processStart, records } = this.around;
    try {
      await records.publish({
        version: 1,
        instanceId: this.instanceId,
        name,
        worktree: worktree.path,
        gitCommonDir: worktree.git?.gitCommonDir ?? null,
        repository: worktree.git?.repository ?? null,
        branch: worktree.git?.branch ?? null,
        pid: options.pid,
        processStart,
        ...namespace(),
        ...this.address,
        owner: options.owner,
        window,
        backends: [],
        createdAt: this.createdAt,
      });
    } catch (error) {
      throw cannotWrite(records.directory, error);
    }
  }

  async #publishLock(
    name: string,
    { worktree, folders }: InstanceSpec,
  ): Promise<string | null> {
    const { options, lockFiles, log } = this.around;
    try {
      if (await ensurePrivateDirectory(lockFiles.directory, { shared: true }))
        log.info(`Closed ${lockFiles.directory} to other users (0700)`);
      await lockFiles.publish(this.address.port, {
        pid: options.parentPid,
        workspaceFolders: folders.map((folder) => folder.path),
        ideName: `VS Code · ${name}`,
        transport: "ws",
        runningInWindows: process.platform === "win32",
        authToken: this.address.token,
        instanceId: this.instanceId,
        worktreePath: worktree.path,
        idePid: options.pid,
        ...namespace(),
        createdAt: this.createdAt,
      });
      return null;
    } catch (error) {
      return `${cannotWrite(lockFiles.directory, error).message} Until then agents do not find this instance by themselves.`;
    }
  }
}

function namespace(): { pidNamespace?: string } {
  const pids = pidNamespace();
  return pids === undefined ? {} : { pidNamespace: pids };
}
