// Publishes the files by which agents and other windows find one instance: record, lock file and companion files.
import type { Address } from "../../core/registry/keptAddresses";
import type { CompanionFiles } from "../../core/registry/companionFiles";
import type { Mark } from "../../core/registry/discoveryFiles";
import { cannotWrite, messageOf } from "../../core/errors";
import { Lifetime } from "../../core/lifetime";
import type { Log } from "../../core/log";
import { notFoundBy, notFoundByAgents } from "../../core/messages";
import type { RegistryFiles } from "../../core/registry/registryFiles";
import { ensurePrivateDirectory } from "../../core/system/privateDirectory";
import { pidNamespace } from "../../core/system/processIdentity";
import type { InstanceSpec, ServingProcess } from "./instanceContext";

/** The part that renames and folder changes do not affect. */
export interface PublishedIdentity extends Address {
  readonly instanceId: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export class PublishedFiles {
  readonly #published = new Lifetime();
  #writing: Promise<unknown> = Promise.resolve();
  /** What was last written; empty forces a rewrite. */
  #content = "";
  /** For each written file: whether it still exists. */
  readonly #written = new Map<object, () => Promise<boolean>>();

  constructor(
    private readonly identity: PublishedIdentity,
    private readonly process: ServingProcess,
    private readonly files: RegistryFiles,
    private readonly log: Log,
  ) {
    const { records, lockFiles, companionFiles } = files;
    const { instanceId, port } = identity;
    // If one file cannot be removed, the others still are.
    const removal = (withdraw: () => Promise<unknown>) => ({
      dispose: () =>
        withdraw().catch((error: unknown) => {
          log.warn(`A file was left: ${messageOf(error)}`);
        }),
    });
    this.#published.own(removal(() => records.withdraw(instanceId)));
    this.#published.ownTogether(
      [lockFiles, ...companionFiles].map((each) =>
        removal(() => each.withdraw(port, instanceId)),
      ),
    );
    // Otherwise a write in flight would finish after the withdrawal.
    this.#published.defer(() => this.#writing);
  }

  /**
   * Writes the record, then the discovery files. Throws a UserError if the record cannot be written. If only the lock
   * file cannot, the instance runs on without it and the result is a warning for the user. A failed companion file is
   * only logged: most people do not use these agents. Does nothing after dispose().
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

  /** Whether a written file has disappeared; if so, the next publish() rewrites all of them. */
  async hasLostFiles(): Promise<boolean> {
    await this.#writing;
    const present = await Promise.all(
      [...this.#written.values()].map((has) => has()),
    );
    if (this.#published.isEnded || !present.includes(false)) return false;
    this.#content = "";
    await this.files.ensureHome().catch(() => undefined);
    return true;
  }

  /** Withdraws the files, the record last. */
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
        ...namespaceField(),
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
      return `${cannotWrite(lockFiles.directory, error).message} ${notFoundByAgents}`;
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
        `${name}: ${cannotWrite(files.directory, error).message} ${notFoundBy(files.agent)}`,
      );
    }
  }

  get #mark(): Mark {
    return {
      instanceId: this.identity.instanceId,
      idePid: this.process.pid,
      ...namespaceField(),
      createdAt: this.identity.createdAt,
    };
  }
}

/** Agents show it in their lists. */
function ideName(name: string): string {
  return `VS Code · ${name}`;
}

function namespaceField(): { pidNamespace?: string } {
  const namespace = pidNamespace();
  return namespace === undefined ? {} : { pidNamespace: namespace };
}
