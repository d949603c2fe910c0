// Publishes the files by which agents and other processes find one instance. The record stays for as long as it runs; the
// discovery files only while a window is there, where the agents of the one that leads look.
import type { ServedAddress } from "../../core/registry/keptAddresses";
import { cannotWrite } from "../../core/pathErrors";
import { messageOf } from "../../core/errors";
import { Lifetime } from "../../core/lifetime";
import type { Log } from "../../core/log";
import { type InstanceRecord, markOf } from "../../core/registry/formats";
import type { HomeFiles } from "../../core/registry/registryFiles";
import { Complaints } from "./complaints";
import type { InstanceIdentity } from "./instanceRecord";
import type { InstanceWindows } from "./instanceWindows";
import { PublishedDiscovery } from "./publishedDiscovery";
import { PublishedFile } from "./publishedFile";

type Windows = Pick<InstanceWindows, "attached">;

export class PublishedFiles {
  readonly #published = new Lifetime();
  #writing: Promise<unknown> = Promise.resolve();
  readonly #complaints: Complaints;
  readonly #record: PublishedFile<InstanceRecord>;
  readonly #address: PublishedFile<ServedAddress>;
  #discovery: PublishedDiscovery | undefined;

  constructor(
    private readonly identity: InstanceIdentity,
    private readonly files: HomeFiles,
    private readonly log: Log,
  ) {
    const { records, addresses } = files;
    const { instanceId, port, worktree } = identity;
    this.#complaints = new Complaints(log);
    this.#record = new PublishedFile(
      (record) => records.publish(record),
      async () => (await records.read(instanceId)) !== undefined,
    );
    this.#address = new PublishedFile(
      (address) => addresses.keep(worktree, address),
      () => addresses.has(worktree, port),
    );
    // The address stays: by it the worktree comes back on its port.
    this.#published.defer(() =>
      records.withdraw(instanceId).catch((error: unknown) => {
        log.warn(`A file was left: ${messageOf(error)}`);
      }),
    );
    this.#published.defer(() => this.#discovery?.dispose());
    // Otherwise a write in flight would finish after the withdrawal.
    this.#published.defer(() => this.#writing);
  }

  /**
   * Writes the record, then the discovery files, each only if it would say something else than it does; without a window,
   * withdraws the discovery files. Throws a UserError if the record cannot be written. If only the lock file cannot, the
   * instance runs on without it and the result is a warning for the user. A failed companion file is only logged: most
   * people do not use these agents. Does nothing after dispose().
   */
  publish(record: InstanceRecord, windows: Windows): Promise<string | null> {
    const written = this.#writing.then(() =>
      this.#published.isEnded ? null : this.#publish(record, windows),
    );
    this.#writing = written.catch(() => undefined);
    return written;
  }

  /** Whether a file has disappeared, or could not be written before: publish() writes it again. */
  async isIncomplete(): Promise<boolean> {
    await this.#writing;
    const missing = await Promise.all([
      this.#record.isMissing(),
      this.#address.isMissing(),
      this.#discovery?.isMissing() ?? [],
    ]);
    return !this.#published.isEnded && missing.flat().includes(true);
  }

  /** Marks the discovery files as used now; the record's sign of life is the kept address. */
  async stamp(): Promise<void> {
    await this.#discovery?.stamp(this.identity.instanceId);
  }

  /** Withdraws the files, the record last. */
  dispose(): Promise<void> {
    return this.#published.dispose();
  }

  async #publish(
    record: InstanceRecord,
    windows: Windows,
  ): Promise<string | null> {
    await this.#leaveOtherPlaces(windows);
    const keeping = this.#keepAddress();
    await this.#publishRecord(record);
    const [warning] = await Promise.all([
      this.#publishDiscovery(record, windows),
      keeping,
    ]);
    return warning;
  }

  async #publishRecord(record: InstanceRecord): Promise<void> {
    try {
      await this.#record.publish(record);
    } catch (error) {
      throw cannotWrite(this.files.records.directory, error);
    }
  }

  async #publishDiscovery(
    record: InstanceRecord,
    { attached: [lead] }: Windows,
  ): Promise<string | null> {
    if (!lead) return null;
    const { port, instanceId, token } = this.identity;
    this.#discovery ??= new PublishedDiscovery(
      lead.window.files,
      port,
      instanceId,
      this.log,
    );
    return this.#discovery.publish({
      worktree: record.worktree,
      token,
      pid: lead.window.parentPid,
      folders: lead.spec.folders.map((folder) => folder.path),
      name: record.name,
      mark: markOf(record),
    });
  }

  /** Without a window no new agent is to come, and another lead's agents may look elsewhere. */
  async #leaveOtherPlaces({ attached: [lead] }: Windows): Promise<void> {
    if (this.#discovery?.files === lead?.window.files) return;
    await this.#discovery?.dispose();
    this.#discovery = undefined;
  }

  async #keepAddress(): Promise<void> {
    const { port, token, formerTokens, controlToken } = this.identity;
    await this.#complaints.of(
      "address",
      this.#address.publish({ port, token, formerTokens, controlToken }),
      (error) => `The port will not be kept: ${messageOf(error)}`,
    );
  }
}
