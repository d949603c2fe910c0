// By what windows and programs find the supervisor: its file and its socket, and both again when somebody has removed them.
import { existsSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import {
  readSupervisor,
  SUPERVISOR_PROTOCOL,
  type SupervisorRecord,
} from "../core/control/supervisorRecord";
import { messageOf } from "../core/errors";
import type { Log } from "../core/log";
import { removeVerified } from "../core/registry/removeVerified";
import { writeJson } from "../core/system/atomicFile";
import { stamp } from "../core/system/diskClock";
import { freshToken } from "../core/system/freshToken";
import { identifyPlace, type Place } from "../core/system/machine";
import { ensurePrivateDirectory } from "../core/system/privateDirectory";
import { identifyProcess } from "../core/system/processIdentity";
import { Election } from "./election";
import { newSocketPath } from "./socketPlace";

export interface PresenceEvents {
  onDidConnect(socket: Socket): void;
  /** Another process has become the supervisor. */
  onDidLose(): void;
}

/** Milliseconds between looks at its own files. */
const CHECK_EVERY = 5_000;

export class Presence {
  readonly #timer: NodeJS.Timeout;
  #events: PresenceEvents | undefined;
  #isWithdrawn = false;

  private constructor(
    private readonly home: string,
    readonly place: Place,
    private readonly door: Door,
    private server: Server,
    private current: SupervisorRecord,
    private file: string,
    private readonly log: Log,
  ) {
    this.#timer = setInterval(() => void this.#check(), CHECK_EVERY);
  }

  /** undefined: another process is the supervisor of this home. Throws a UserError. The caller withdraws it. */
  static async claim(home: string, log: Log): Promise<Presence | undefined> {
    await ensurePrivateDirectory(home);
    const { pid } = process;
    const [place, processStart = "", socket] = await Promise.all([
      identifyPlace(),
      identifyProcess(pid),
      newSocketPath(home),
    ]);
    const door = new Door();
    const server = await listenAt(socket, door);
    const record: SupervisorRecord = {
      version: 1,
      protocol: SUPERVISOR_PROTOCOL,
      pid,
      processStart,
      pidNamespace: place.pidNamespace,
      machine: place.machine,
      socket,
      token: freshToken(),
      startedAt: Date.now(),
    };
    const file = await newElection(home, place).win(record);
    if (file !== undefined)
      return new Presence(home, place, door, server, record, file, log);
    server.close();
    return undefined;
  }

  get record(): SupervisorRecord {
    return this.current;
  }

  /** To be called once. */
  accept(events: PresenceEvents): void {
    this.#events = events;
    this.door.open((socket) => {
      events.onDidConnect(socket);
    });
  }

  /** Tells programs where the HTTP API listens. */
  async announcePort(port: number): Promise<void> {
    this.current = { ...this.current, port };
    await writeJson(this.file, this.current);
  }

  /** Only then may a successor bind the ports. */
  async withdraw(): Promise<void> {
    this.#isWithdrawn = true;
    clearInterval(this.#timer);
    await this.#removeFile();
    this.server.close();
  }

  /** By time, since nothing tells: the home may be removed, and its file and socket with it. */
  async #check(): Promise<void> {
    try {
      await stamp(this.file).catch(() => undefined);
      const { socket, token } = this.current;
      const isReachable = socket.startsWith("\\\\") || existsSync(socket);
      const found = await readSupervisor(this.file);
      if (isReachable && found?.token === token) return;
      if (!this.#isWithdrawn) await this.#publishAgain(isReachable);
    } catch (error) {
      this.log.warn(`Its files could not be restored: ${messageOf(error)}`);
    }
  }

  async #publishAgain(isReachable: boolean): Promise<void> {
    const { home, place } = this;
    await ensurePrivateDirectory(home);
    await this.#removeFile();
    if (!isReachable) {
      const socket = await newSocketPath(home);
      this.server.close();
      this.server = await listenAt(socket, this.door);
      this.current = { ...this.current, socket };
    }
    const file = await newElection(home, place).win(this.current);
    if (file === undefined) this.#events?.onDidLose();
    else this.file = file;
  }

  async #removeFile(): Promise<void> {
    await removeVerified(this.file, async (file) => {
      const found = await readSupervisor(file);
      return found?.token === this.current.token;
    });
  }
}

function newElection(home: string, place: Place): Election {
  return new Election(home, place, SUPERVISOR_PROTOCOL);
}

/** Whoever comes before somebody attends waits: windows connect as soon as the record is in the file. */
class Door {
  readonly #waiting: Socket[] = [];
  #attend: ((socket: Socket) => void) | undefined;

  enter(socket: Socket): void {
    // One that leaves while it waits is nobody's failure.
    socket.on("error", () => undefined);
    if (this.#attend) this.#attend(socket);
    else this.#waiting.push(socket);
  }

  /** To be called once. */
  open(attend: (socket: Socket) => void): void {
    this.#attend = attend;
    for (const socket of this.#waiting.splice(0)) attend(socket);
  }
}

async function listenAt(socketPath: string, door: Door): Promise<Server> {
  const server = createServer((socket) => {
    door.enter(socket);
  });
  server.listen(socketPath);
  await once(server, "listening");
  return server;
}
