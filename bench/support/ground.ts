// A bench's temporary directory, with Berth's home, the lock directory and plain folders.
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { endSupervisors } from "../../test/harness/supervisors";

export class Ground {
  readonly directory = realpathSync(
    mkdtempSync(path.join(tmpdir(), "berth-bench-")),
  );
  readonly home = path.join(this.directory, "home");
  readonly lockDirectory = path.join(this.directory, "claude", "ide");

  /** Empty directories outside any repository. */
  plainFolders(count: number): string[] {
    return Array.from({ length: count }, (_, index) => {
      const folder = path.join(this.directory, "folders", `folder-${index}`);
      mkdirSync(folder, { recursive: true });
      return folder;
    });
  }

  async dispose(): Promise<void> {
    await endSupervisors(this.directory);
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 10 });
  }
}
