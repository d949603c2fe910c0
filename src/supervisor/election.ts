// Makes one process the supervisor of its home, however many start at once: the one whose record is in the file.
import { link, open, rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { cannotElect } from "../core/pathErrors";
import { errorCode } from "../core/errors";
import {
  findSupervisor,
  isOf,
  isRunning,
  readSupervisor,
  type SupervisorRecord,
  supervisorFile,
} from "../core/control/supervisorRecord";
import { removeVerified } from "../core/registry/removeVerified";
import { temporaryName, writeJson } from "../core/system/atomicFile";
import type { Place } from "../core/system/machine";
import { DiskClock } from "../core/system/diskClock";

/** Milliseconds: one of another machine or container that has not stamped its file for so long is gone. */
const FOREIGN_GONE_AFTER = 2 * 60_000;
/** Milliseconds that a file may take to be written where it cannot appear whole. */
const WRITE_TIME = 5_000;
/** Longer than that, in all. */
const MAX_ATTEMPTS = 300;
const RETRY_EVERY = 25;

export class Election {
  constructor(
    private readonly home: string,
    private readonly place: Place,
    private readonly protocol: number,
  ) {}

  /** The path of the file that now says so; undefined: another process of this place is the supervisor. */
  async win(own: SupervisorRecord): Promise<string | undefined> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const running = await findSupervisor(
        this.home,
        this.place,
        this.protocol,
      );
      if (running && (await isRunning(running))) return undefined;
      const file = await this.#file();
      await this.#removeStale(file);
      if (await publishOnce(file, own)) return file;
      await delay(RETRY_EVERY);
    }
    throw cannotElect(supervisorFile(this.home, null, this.protocol));
  }

  /** The common file, unless another machine or container that shares the home has it. */
  async #file(): Promise<string> {
    const common = supervisorFile(this.home, null, this.protocol);
    const holder = await readSupervisor(common);
    if (!holder || isOf(holder, this.place)) return common;
    const age = await new DiskClock().ageOf(common);
    return age !== undefined && age > FOREIGN_GONE_AFTER
      ? common
      : supervisorFile(this.home, this.place, this.protocol);
  }

  /** A dead one's, or what nobody can read. */
  async #removeStale(file: string): Promise<void> {
    const holder = await readSupervisor(file);
    await removeVerified(file, async (each) => {
      const now = await readSupervisor(each);
      if (!now) {
        const age = await new DiskClock().ageOf(each);
        return age !== undefined && age > WRITE_TIME;
      }
      return (
        isDeepStrictEqual(now, holder) &&
        !(isOf(now, this.place) && (await isRunning(now)))
      );
    });
  }
}

/** Whether the file was written; false: there is one. */
async function publishOnce(file: string, record: unknown): Promise<boolean> {
  const temporary = temporaryName(file, "tmp");
  await writeJson(temporary, record);
  try {
    await link(temporary, file);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    // Not every file system has hard links.
    return await writeOnce(file, record);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeOnce(file: string, record: unknown): Promise<boolean> {
  try {
    const handle = await open(file, "wx", 0o600);
    try {
      await handle.writeFile(JSON.stringify(record));
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}
