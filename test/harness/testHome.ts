// A separate home directory for one test: nothing is read from the user's own, and nothing is left behind.
import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/**
 * The variables that programs inherit from our own environment. All others are unset: with CI=true, as on a build
 * machine, Gemini CLI accepts no typed input.
 */
const inherited =
  /^(PATH|PATHEXT|LANG|LC_.*|TERM|SHELL|USER|LOGNAME|USERNAME|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|SYSTEMROOT|WINDIR|COMSPEC|BERTH_TEST_.*)$/i;

export class TestHome {
  readonly berthHome: string;
  readonly recordFolder: string;
  readonly claudeConfig: string;
  readonly lockFolder: string;
  /** For child processes, over `process.env`; undefined unsets. */
  readonly env: Readonly<Record<string, string | undefined>>;

  private constructor(readonly folder: string) {
    this.berthHome = path.join(folder, ".local", "state", "berth");
    this.recordFolder = path.join(this.berthHome, "instances");
    this.claudeConfig = path.join(folder, ".claude");
    this.lockFolder = path.join(this.claudeConfig, "ide");
    const others = Object.keys(process.env).filter(
      (name) => !inherited.test(name),
    );
    this.env = {
      ...Object.fromEntries(others.map((name) => [name, undefined])),
      HOME: folder,
      USERPROFILE: folder,
      BERTH_HOME: this.berthHome,
      XDG_RUNTIME_DIR: path.join(folder, "run"),
      TMPDIR: path.join(folder, "tmp"),
      GIT_CONFIG_NOSYSTEM: "1",
    };
  }

  static async create(): Promise<TestHome> {
    // A short real path: sockets below it must stay under 104 characters, and paths are compared.
    const folder = await realpath(await mkdtemp(path.join(tmpdir(), "berth-")));
    await mkdir(path.join(folder, "run"), { mode: 0o700 });
    await mkdir(path.join(folder, "tmp"), { mode: 0o700 });
    return new TestHome(folder);
  }

  /** Retries for a while, because programs that are just ending may still write. */
  async remove(): Promise<void> {
    await rm(this.folder, {
      recursive: true,
      force: true,
      maxRetries: 10,
      retryDelay: 500,
    });
  }
}
