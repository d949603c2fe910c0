// A backend as what a bridge leads to: started through the supervisor at the first message, held while the client lives.
import { once } from "node:events";
import {
  ensureSupervisor,
  type SupervisorPlace,
} from "../../core/control/ensureSupervisor";
import {
  callSupervisor,
  type GrantedSession,
  runningSupervisor,
  type Serving,
} from "../../core/control/supervisorApi";
import { UserError } from "../../core/errors";
import { speaksNoMcp } from "../errors";
import { NotThere, type Reach } from "./reach";
import type { Address } from "./upstream";

/** Milliseconds: some backends install themselves at their first start. */
const PATIENCE = 300_000;
const RELEASE_TIMEOUT = 2_000;

export class BackendReach implements Reach {
  readonly patience = PATIENCE;
  #session: string | undefined;

  constructor(
    private readonly where: SupervisorPlace,
    readonly name: string,
    /** Any directory of the worktree. */
    private readonly directory: string,
  ) {}

  async find(signal: AbortSignal): Promise<Address> {
    const supervisor = await ensureSupervisor(this.where);
    const before = this.#session;
    const granted = await this.#request(supervisor, signal);
    this.#session = granted.session_id;
    // Only now, so that it does not stop between the two.
    if (before !== undefined) await this.#release(before);
    if (granted.url === null) throw speaksNoMcp(this.name);
    const { pathname, search } = new URL(granted.url);
    return {
      port: granted.port,
      path: pathname + search,
      headers: granted.headers ?? {},
      controlToken: granted.proves ? supervisor.token : null,
    };
  }

  /** Its supervisor tells nobody. */
  async changed(signal: AbortSignal): Promise<void> {
    if (!signal.aborted) await once(signal, "abort");
  }

  async release(): Promise<void> {
    if (this.#session !== undefined) await this.#release(this.#session);
  }

  async #request(
    supervisor: Serving,
    signal: AbortSignal,
  ): Promise<GrantedSession> {
    const body = {
      project_path: this.directory,
      backend: this.name,
      // Its end is noticed, however it ends.
      pid: process.pid,
    };
    try {
      return (await callSupervisor(
        supervisor,
        "POST",
        "/request-session",
        body,
        AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
      )) as GrantedSession;
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw new NotThere(String(error));
    }
  }

  async #release(session_id: string): Promise<void> {
    try {
      const { home, place } = this.where;
      const supervisor = await runningSupervisor(home, place);
      if (!supervisor) return;
      const timeout = AbortSignal.timeout(RELEASE_TIMEOUT);
      const body = { session_id };
      await callSupervisor(
        supervisor,
        "POST",
        "/release-session",
        body,
        timeout,
      );
    } catch {
      // Ended with the supervisor, or it ends with this process.
    }
  }
}
