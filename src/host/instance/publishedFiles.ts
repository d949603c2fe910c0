// Publishes the files by which agents and other windows find one instance: record, lock file and companion files.
import type { ServedAddress } from "../../core/registry/keptAddresses";
import type { Announcement } from "../../core/registry/companionFiles";
import { cannotWrite, messageOf } from "../../core/errors";
import { Lifetime } from "../../core/lifetime";
import type { Log } from "../../core/log";
import type {
  InstanceRecord,
  LockFile,
  Mark,
} from "../../core/registry/formats";
import { notFoundBy, notFoundByAgents } from "../../core/messages";
import type { RegistryFiles } from "../../core/registry/registryFiles";
import { ensurePrivateDirectory } from "../../core/system/privateDirectory";
import type { InstanceSpec, ServingProcess } from "./instanceContext";
import { PublishedFile } from "./publishedFile";

/** The part that renames and folder changes do not affect. */
export interface PublishedIdentity extends ServedAddress {
  readonly instanceId: string;
  readonly worktree: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export class PublishedFiles {
  readonly #published = new Lifetime();
  #writing: Promise<unknown> = Promise.resolve();
  /** What was last logged about each file that cannot be written. */
  readonly #complaints = new Map<string, string>();
  readonly #record: PublishedFile<InstanceRecord>;
  readonly #lock: PublishedFile<LockFile>;
  readonly #companions: readonly {
    readonly agent: string;
    readonly directory: string;
    readonly file: PublishedFile<Announcement>;
  }[];
  readonly #address: PublishedFile<ServedAddress>;

  constructor(
    private readonly identity: PublishedIdentity,
    private readonly process: ServingProcess,
    private readonly files: RegistryFiles,
    private readonly log: Log,
  ) {
    const { records, lockFiles, companionFiles, discoveryFiles, addresses } =
      files;
    const { instanceId, port, worktree } = identity;
    this.#record = new PublishedFile(
      (record) => records.publish(record),
      async () => (await records.read(instanceId)) !== undefined,
    );
    this.#lock = new PublishedFile(
      (lock) => lockFiles.publish(port, lock),
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
    this.#address = new PublishedFile(
      (address) => addresses.keep(worktree, address),
      () => addresses.has(worktree, port),
    );
    // If one file cannot be removed, the others still are.
    const removal = (withdraw: () => Promise<unknown>) => ({
      dispose: () =>
        withdraw().catch((error: unknown) => {
          log.warn(`A file was left: ${messageOf(error)}`);
        }),
    });
    // The address stays: by it the worktree comes back on its port.
    this.#published.own(removal(() => records.withdraw(instanceId)));
    this.#published.ownTogether(
      discoveryFiles.map((each) =>
        removal(() => each.withdraw(port, instanceId)),
      ),
    );
    // Otherwise a write in flight would finish after the withdrawal.
    this.#published.defer(() => this.#writing);
  }

  /**
   * Writes the record, then the discovery files, each only if it would say something else than it does. Throws a UserError
   * if the record cannot be written. If only the lock file cannot, the instance runs on without it and the result is a
   * warning for the user. A failed companion file is only logged: most people do not use these agents. Does nothing after
   * dispose().
   */
  publish(name: string, spec: InstanceSpec): Promise<string | null> {
    const written = this.#writing.then(() =>
      this.#published.isEnded ? null : this.#publish(name, spec),
    );
    this.#writing = written.catch(() => undefined);
    return written;
  }

  /** Whether a file has disappeared, or could not be written before: publish() writes it again. */
  async isIncomplete(): Promise<boolean> {
    await this.#writing;
    const missing = await Promise.all(
      [
        this.#record,
        this.#lock,
        this.#address,
        ...this.#companions.map(({ file }) => file),
      ].map((file) => file.isMissing()),
    );
    return !this.#published.isEnded && missing.includes(true);
  }

  /** Marks the discovery files as used now; the record's sign of life is the kept address. */
  async stamp(): Promise<void> {
    const { port, instanceId } = this.identity;
    await Promise.all(
      this.files.discoveryFiles.map((each) =>
        each.stamp(port, instanceId).catch((error: unknown) => {
          this.log.debug(`A file was not stamped: ${messageOf(error)}`);
        }),
      ),
    );
  }

  /** Withdraws the files, the record last. */
  dispose(): Promise<void> {
    return this.#published.dispose();
  }

  async #publish(name: string, spec: InstanceSpec): Promise<string | null> {
    const keeping = this.#keepAddress();
    await this.#publishRecord(name, spec);
    const [warning] = await Promise.all([
      this.#publishLock(name, spec),
      this.#publishCompanions(name, spec),
      keeping,
    ]);
    return warning;
  }

  async #publishRecord(
    name: string,
    { worktree, window }: InstanceSpec,
  ): Promise<void> {
    const { pid, parentPid } = this.process;
    const { instanceId, port, token, controlToken, createdAt } = this.identity;
    try {
      await this.#record.publish({
        version: 2,
        instanceId,
        name,
        worktree: worktree.path,
        gitCommonDir: worktree.git?.gitCommonDir ?? null,
        repository: worktree.git?.repository ?? null,
        branch: worktree.git?.branch ?? null,
        pid,
        ...this.#origin,
        port,
        token,
        controlToken,
        socket: null,
        windows: [{ ...window, pid: parentPid, lead: true }],
        diffs: 0,
        createdAt,
      });
    } catch (error) {
      throw cannotWrite(this.files.records.directory, error);
    }
  }

  async #publishLock(
    name: string,
    { worktree, folders }: InstanceSpec,
  ): Promise<string | null> {
    const { directory } = this.files.lockFiles;
    try {
      if (await ensurePrivateDirectory(directory, { shared: true }))
        this.log.info(`Closed ${directory} to other users (0700)`);
      await this.#lock.publish({
        pid: this.process.parentPid,
        workspaceFolders: folders.map((folder) => folder.path),
        ideName: ideName(name),
        transport: "ws",
        runningInWindows: process.platform === "win32",
        authToken: this.identity.token,
        ...this.#mark,
        worktreePath: worktree.path,
      });
      return null;
    } catch (error) {
      return `${cannotWrite(directory, error).message} ${notFoundByAgents}`;
    }
  }

  async #publishCompanions(
    name: string,
    { folders }: InstanceSpec,
  ): Promise<void> {
    const { port, token } = this.identity;
    const announced = {
      port,
      token,
      pid: this.process.parentPid,
      folders: folders.map((folder) => folder.path),
      ideName: ideName(name),
      mark: this.#mark,
    };
    await Promise.all(
      this.#companions.map(({ agent, directory, file }) =>
        this.#orComplain(
          agent,
          file.publish(announced),
          (error) =>
            `${cannotWrite(directory, error).message} ${notFoundBy(agent)}`,
        ),
      ),
    );
  }

  async #keepAddress(): Promise<void> {
    const { port, token, formerTokens, controlToken } = this.identity;
    await this.#orComplain(
      "address",
      this.#address.publish({ port, token, formerTokens, controlToken }),
      (error) => `The port will not be kept: ${messageOf(error)}`,
    );
  }

  /** Logs a failure once, however often it is tried again. */
  async #orComplain(
    what: string,
    publishing: Promise<void>,
    describe: (error: unknown) => string,
  ): Promise<void> {
    try {
      await publishing;
      this.#complaints.delete(what);
    } catch (error) {
      const complaint = describe(error);
      if (this.#complaints.get(what) === complaint) return;
      this.#complaints.set(what, complaint);
      this.log.warn(complaint);
    }
  }

  /** Which process writes the files, and where. */
  get #origin() {
    const { processStart, place } = this.process;
    const { pidNamespace, machine } = place;
    return { processStart, pidNamespace, machine };
  }

  get #mark(): Mark {
    return {
      instanceId: this.identity.instanceId,
      idePid: this.process.pid,
      ...this.#origin,
      createdAt: this.identity.createdAt,
    };
  }
}

/** Agents show it in their lists. */
function ideName(name: string): string {
  return `VS Code · ${name}`;
}
