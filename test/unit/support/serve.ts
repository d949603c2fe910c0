// `berth serve` in a process of its own, and its HTTP API as a program uses it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  readSupervisor,
  supervisorFile,
  type SupervisorRecord,
} from "../../../src/core/control/supervisorRecord";
import { until } from "../../harness/until";
import type { Ground } from "./ground";
import { root } from "./root";

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** What a granted request is answered with. */
export interface Granted {
  readonly session_id: string;
  readonly host: string;
  readonly port: number;
  readonly proves?: true;
  readonly url: string;
  readonly pid: number;
  readonly worktree: string;
  readonly state: string;
  readonly backend_id: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly warning?: string;
}

const program = path.join(
  root,
  "test",
  "unit",
  "support",
  "programs",
  "backend.mjs",
);

/** The definition of a server that behaves as its arguments say: see backend.mjs. */
export function fake(...args: string[]) {
  return { command: process.execPath, args: [program, ...args], linger: 0 };
}

/** One that listens on the port that it is given. */
export function onPort(...args: string[]) {
  return {
    ...fake("--port", "${port}", ...args),
    url: "http://127.0.0.1:${port}/",
  };
}

export class Serve {
  output = "";

  private constructor(
    private readonly child: ChildProcess,
    private readonly home: string,
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk: Buffer) => {
        this.output += chunk.toString();
      });
  }

  /** With these definitions in backends.json. The ground ends it. */
  static async start(
    ground: Ground,
    backends: Readonly<Record<string, unknown>> = {},
    ...args: string[]
  ): Promise<Serve> {
    define(ground, backends);
    const child = spawn(
      process.execPath,
      [path.join(root, "dist", "cli.js"), "serve", ...args],
      {
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, BERTH_HOME: ground.home },
      },
    );
    const serve = new Serve(child, ground.home);
    ground.defer(() => serve.end());
    await serve.record();
    return serve;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Once its API listens. */
  record(): Promise<SupervisorRecord & { readonly port: number }> {
    return until(`berth serve listens: ${this.output}`, async () => {
      const record = await readSupervisor(supervisorFile(this.home, null));
      return (
        record?.port !== undefined &&
        record.pid === this.pid && { ...record, port: record.port }
      );
    });
  }

  async ask(
    method: "GET" | "POST",
    route: string,
    body?: unknown,
    options: RequestInit = {},
  ): Promise<Answer> {
    const { port, token } = await this.record();
    const response = await fetch(`http://127.0.0.1:${port}${route}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
      },
      ...(body !== undefined && {
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
      ...options,
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text.startsWith("{")
        ? (JSON.parse(text) as Record<string, unknown>)
        : { text },
    };
  }

  async request(
    project_path: string,
    backend?: string,
    pid?: number,
  ): Promise<Granted> {
    const { status, body } = await this.ask("POST", "/request-session", {
      project_path,
      ...(backend !== undefined && { backend }),
      ...(pid !== undefined && { pid }),
    });
    if (status !== 201) throw new Error(`${status}: ${String(body["error"])}`);
    return body as unknown as Granted;
  }

  async release(session_id: string): Promise<unknown> {
    const answer = await this.ask("POST", "/release-session", { session_id });
    return answer.body["status"];
  }

  /** The backends that it tells of, by name. */
  async backends(): Promise<Record<string, Record<string, unknown>>> {
    const { body } = await this.ask("GET", "/backends");
    const all = body["backends"] as Record<string, unknown>[];
    return Object.fromEntries(all.map((each) => [String(each["name"]), each]));
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, "exit");
    this.child.kill("SIGCONT");
    this.child.kill("SIGTERM");
    await exited;
  }
}

/** Writes backends.json. */
export function define(
  ground: Ground,
  backends: Readonly<Record<string, unknown>> | string,
): void {
  const file = path.join(ground.make("config", "berth"), "backends.json");
  mkdirSync(path.dirname(file), { recursive: true });
  const text =
    typeof backends === "string" ? backends : JSON.stringify(backends);
  writeFileSync(file, text, { mode: 0o600 });
}

/** Pids of the processes that run with the mark of this backend, from outside. */
export function marked(id: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "utf8")
          .split("\0")
          .includes(`BERTH_BACKEND=${id}`);
      } catch {
        return false;
      }
    })
    .map(Number);
}
