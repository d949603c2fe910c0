// What this process finds of Berth on the machine: instances, backends and other editors, with how they are.
import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import path from "node:path";
import type { Health } from "../core/control/api";
import { type ListedBackend, listBackends } from "../core/control/backendList";
import {
  type Ask,
  type ListedInstance,
  listInstances,
} from "../core/control/instanceList";
import { health } from "../core/control/controlClient";
import { askInstances, runningSupervisor } from "../core/control/supervisorApi";
import { UserError } from "../core/errors";
import { BackendRecords } from "../core/registry/backendRecords";
import {
  berthHome,
  geminiDirectory,
  lockDirectory,
  qwenDirectory,
} from "../core/registry/locations";
import type { OtherEditor } from "../core/registry/lockFiles";
import {
  type RegistryFiles,
  registryFiles,
} from "../core/registry/registryFiles";
import { identifyPlace, type Place } from "../core/system/machine";
import { areOurs } from "../core/system/privateDirectory";
import { cannotReadRecords } from "./errors";

export interface Machine {
  readonly home: string;
  readonly place: Place;
  readonly files: RegistryFiles;
  readonly backends: BackendRecords;
}

/** As this process's environment says where everything is. Creates nothing. */
export async function openMachine(): Promise<Machine> {
  const home = berthHome();
  const place = await identifyPlace();
  const locations = {
    home,
    lockDirectory: lockDirectory(),
    geminiDirectory: geminiDirectory(),
    qwenDirectory: qwenDirectory(),
  };
  return {
    home,
    place,
    files: registryFiles(locations, place),
    backends: new BackendRecords(path.join(home, "backends")),
  };
}

export interface MachineListing {
  readonly instances: readonly ListedInstance[];
  readonly backends: readonly ListedBackend[];
  readonly otherEditors: readonly OtherEditor[];
}

/** Everything, also what is stale or of another machine. Takes as long as the slowest instance, a second at most. */
export async function listMachine(machine: Machine): Promise<MachineListing> {
  const { home, files, backends, place } = machine;
  const ask = await askerOf(home, place);
  const [instances, listed, otherEditors] = await Promise.all([
    listInstances(files.records, files.liveness, ask),
    listBackends(backends, place),
    files.lockFiles.readOthers(),
  ]);
  return { instances, backends: listed, otherEditors };
}

/** Of the many that Berth's server serves, it tells at once. */
async function askerOf(home: string, place: Place): Promise<Ask> {
  const server = await runningSupervisor(home, place);
  if (!server) return health;
  const served = askInstances(server).catch((error: unknown) =>
    // One of an earlier version does not know the question.
    error instanceof UserError ? new Map<string, Health>() : undefined,
  );
  return async (record) => {
    if (record.pid !== server.pid) return health(record);
    const known = await served;
    // It hangs, and with it all that it serves.
    if (!known) return undefined;
    // One that it has not told of has just started.
    return known.get(record.instanceId) ?? health(record);
  };
}

/** Whoever may not read a record must not be told that there is none. Throws a UserError. */
export function assertReadable({ home, files }: Machine): void {
  const { directory } = files.records;
  const places = [home, directory].filter((each) => existsSync(each));
  if (places.length < 2) return;
  if (!areOurs(places)) throw cannotReadRecords(places);
  const records = readdirSync(directory)
    .filter((name) => name.endsWith(".json"))
    .map((name) => path.join(directory, name))
    .filter((file) => !isReadable(file));
  if (records.length > 0) throw cannotReadRecords(records);
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
