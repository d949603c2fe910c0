// What a test starts from: a fresh directory. Whatever the test has started is ended after it.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { mock } from "node:test";
import { type Disposable, Lifetime } from "../../../src/core/lifetime";
import { endSupervisors } from "../../harness/supervisors";

export class Ground {
  #directory = "";
  #lifetime = new Lifetime();

  /** A real path. */
  get directory(): string {
    return this.#directory;
  }

  get home(): string {
    return this.path("home");
  }

  get locks(): string {
    return this.path("claude", "ide");
  }

  path(...parts: string[]): string {
    return path.join(this.#directory, ...parts);
  }

  /** Creates the directory and its parents, and returns its path. */
  make(...parts: string[]): string {
    mkdirSync(this.path(...parts), { recursive: true });
    return this.path(...parts);
  }

  own<T extends Disposable>(disposable: T): T {
    return this.#lifetime.own(disposable);
  }

  defer(dispose: () => unknown): void {
    this.#lifetime.defer(dispose);
  }

  /** Shows the directory `source` at `directory` as well, until the test ends. Needs root. */
  bind(source: string, directory: string): void {
    execFileSync("mount", ["--bind", source, directory]);
    this.defer(() => execFileSync("umount", ["-l", directory]));
  }

  /** Mounts a separate file system at `directory` until the test ends. Needs root. */
  mount(directory: string, options: string): void {
    mkdirSync(directory, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "none", directory]);
    this.defer(() => execFileSync("umount", ["-l", directory]));
  }

  start(): void {
    this.#lifetime = new Lifetime();
    this.#directory = realpathSync(mkdtempSync(path.join(tmpdir(), "berth-")));
    // Supervisors that windows start read backends.json there, and not the developer's own.
    process.env["XDG_CONFIG_HOME"] = this.path("config");
  }

  async end(): Promise<void> {
    try {
      await this.#lifetime.dispose();
      await endSupervisors(this.#directory);
    } finally {
      // Programs that are just ending may still write.
      rmSync(this.#directory, {
        recursive: true,
        force: true,
        maxRetries: 10,
        retryDelay: 100,
      });
    }
  }
}

/** A new ground for each test of the suite, or with "suite" one for all of them. */
export function useGround(per: "test" | "suite" = "test"): Ground {
  const ground = new Ground();
  const [set, clear] =
    per === "test" ? [beforeEach, afterEach] : [before, after];
  set(() => {
    ground.start();
  });
  clear(() => ground.end());
  return ground;
}

/** Skips the running test, and says so in its title, unless it runs as root. */
export function needsRoot(context: Mocha.Context): void {
  if (process.getuid?.() === 0) return;
  context.runnable().title += " (skipped: only root can set this up)";
  context.skip();
}

/** Sets this process's clock, not the disk's, until the test ends. */
export function setClock(ground: Ground, now: number): void {
  mock.timers.enable({ apis: ["Date"], now });
  ground.defer(() => {
    mock.timers.reset();
  });
}

/** Sets environment variables until the test ends; undefined unsets one. */
export function setEnvironment(
  ground: Ground,
  values: Readonly<Record<string, string | undefined>>,
): void {
  for (const [name, value] of Object.entries(values)) {
    const before = process.env[name];
    assign(name, value);
    ground.defer(() => {
      assign(name, before);
    });
  }
}

function assign(name: string, value: string | undefined): void {
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the only way to unset a variable
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
