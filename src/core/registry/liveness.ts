// Whether the processes that wrote files are still running. Never reports one as gone on a guess.
import * as z from "zod/mini";
import { readJson } from "../system/atomicFile";
import { DiskClock } from "../system/diskClock";
import type { Place } from "../system/machine";
import {
  INITIAL_PID_NAMESPACE,
  pidExists,
  type ProcessStart,
} from "../system/processIdentity";
import { ProcessTable } from "../system/processTable";
import type { InstanceRecord, OwnFile } from "./formats";
import type { KeptAddresses } from "./keptAddresses";
import type { Records } from "./records";

/**
 * "foreign": on another machine or in another pid namespace (container, WSL), so that it cannot be judged by its pid.
 * One that has shown no sign of life for two minutes counts as gone.
 */
export type ProcessState = "running" | "gone" | "foreign";

/** Milliseconds: what shows that an instance runs is stamped far more often, but network drives show that late. */
const UNSEEN_AFTER = 2 * 60_000;

/** A process as a file names it, and how to see from elsewhere that it still runs. */
interface Claim {
  readonly pid: number;
  readonly processStart?: string | undefined;
  readonly pidNamespace?: string | undefined;
  readonly machine?: string | undefined;
  /** The file itself. */
  readonly file: string;
  /** The kept address that its instance stamps while it runs. */
  readonly address?: { readonly file: string; readonly token: string };
}

const addressSchema = z.object({ token: z.string() });

export class ProcessLiveness {
  readonly #clock = new DiskClock();

  constructor(
    private readonly here: Place,
    private readonly records: Records,
    private readonly addresses: KeptAddresses,
    private readonly processes = new ProcessTable(),
  ) {}

  /** The states of the processes that these records name, in their order: the system is asked once for all of them. */
  ofRecords(records: readonly InstanceRecord[]): Promise<ProcessState[]> {
    return this.#states(records.map((record) => this.#claimOf(record)));
  }

  /** The same for discovery files of ours. The record of one says more than its own mark, if it can be read here. */
  async ofFiles(
    files: readonly Omit<OwnFile, "createdAt">[],
  ): Promise<ProcessState[]> {
    const claims = files.map(async (own): Promise<Claim> => {
      const { worktreePath, authToken: token, port, instanceId } = own;
      const claim = { ...own, pid: own.idePid };
      if (placeOf(claim, this.here) !== "foreign") return claim;
      const record = await this.records.read(instanceId);
      if (record) return this.#claimOf(record);
      if (worktreePath === undefined || token === undefined) return claim;
      const file = this.addresses.file(worktreePath, port);
      return { ...claim, address: { file, token } };
    });
    return this.#states(await Promise.all(claims));
  }

  #claimOf(record: InstanceRecord): Claim {
    const { instanceId, worktree, port, token } = record;
    return {
      ...record,
      file: this.records.file(instanceId),
      address: { file: this.addresses.file(worktree, port), token },
    };
  }

  async #states(claims: readonly Claim[]): Promise<ProcessState[]> {
    const places = claims.map((claim) => placeOf(claim, this.here));
    const starts = await this.processes.identify(
      claims
        .filter((_, index) => places[index] === "here")
        .map(({ pid }) => pid),
    );
    return Promise.all(
      claims.map(async (claim, index) => {
        const place = places[index] ?? "foreign";
        if (place === "here") return stateHere(claim, starts);
        if (place === "foreign" && !(await this.#isUnseen(claim)))
          return "foreign";
        return "gone";
      }),
    );
  }

  /** By the disk's clock: neither another machine's nor ours needs to be right. */
  async #isUnseen({ file, address }: Claim): Promise<boolean> {
    const signs = [file];
    // With another token it is served by another instance, which says nothing about this one.
    if (address && (await tokenIn(address.file)) === address.token)
      signs.push(address.file);
    const ages = await Promise.all(
      signs.map((each) => this.#clock.ageOf(each)),
    );
    const known = ages.filter((age) => age !== undefined);
    return known.length > 0 && Math.min(...known) > UNSEEN_AFTER;
  }
}

async function tokenIn(file: string): Promise<string | undefined> {
  return addressSchema.safeParse(await readJson(file)).data?.token;
}

/** "gone": on this machine, but before it was last started. */
function placeOf(
  {
    machine,
    processStart = "",
    pidNamespace: namespace,
  }: Pick<Claim, "machine" | "processStart" | "pidNamespace">,
  here: Place,
): "here" | "gone" | "foreign" {
  if (machine !== undefined && machine !== here.machine) return "foreign";
  const isOurBoot =
    here.boot !== undefined && processStart.startsWith(`${here.boot}:`);
  if (here.boot !== undefined && !isOurBoot) {
    // A container's boot id may be its machine's, and its machine mark that of another container.
    const isEarlierBoot =
      machine !== undefined &&
      /^[0-9a-f-]{36}:/.test(processStart) &&
      [namespace, here.pidNamespace].every(
        (each) => each === INITIAL_PID_NAMESPACE,
      );
    return isEarlierBoot ? "gone" : "foreign";
  }
  // A boot id is as good as a machine mark, which files of Berth 0.1 lack.
  if (machine === undefined && !isOurBoot) return "foreign";
  return namespace === here.pidNamespace ? "here" : "foreign";
}

function stateHere(
  { pid, processStart = "" }: Claim,
  starts: ReadonlyMap<number, ProcessStart>,
): ProcessState {
  const start = starts.get(pid);
  if (start === undefined) return pidExists(pid) ? "running" : "gone";
  return processStart === "" || start === processStart ? "running" : "gone";
}
