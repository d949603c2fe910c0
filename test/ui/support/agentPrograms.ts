// Commands that stand in for agents: each records its environment and process, and then runs until it is killed.
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { TestHome } from "../../harness/testHome";
import { until } from "../../harness/until";

export interface Started {
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly cwd: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export class AgentPrograms {
  private constructor(private readonly folder: string) {}

  /** Creates one for each of these commands, inside a folder of the test. */
  static async create(
    folder: string,
    commands: readonly string[],
  ): Promise<AgentPrograms> {
    const programs = new AgentPrograms(folder);
    await mkdir(programs.bin, { recursive: true });
    const note = `JSON.stringify({ pid: process.pid, startedAt: Date.now(), cwd: process.cwd(), args: process.argv.slice(2), env: process.env })`;
    for (const command of commands) {
      const file = path.join(programs.bin, command);
      const notes = JSON.stringify(path.join(folder, `${command}-`));
      await writeFile(
        file,
        `#!${process.execPath}\nconst fs = require("node:fs");\nfs.writeFileSync(${notes} + process.pid + ".part", ${note});\nfs.renameSync(${notes} + process.pid + ".part", ${notes} + process.pid + ".json");\nconsole.log("${command} runs");\nprocess.stdin.resume();\nprocess.stdin.on("end", () => process.exit(3));\n`,
      );
      await chmod(file, 0o755);
    }
    return programs;
  }

  /** Must come first on the PATH. */
  get bin(): string {
    return path.join(this.folder, "bin");
  }

  /** For terminals and extension hosts: VS Code takes the PATH from the login shell. */
  putOnPath(home: TestHome): Promise<void> {
    return writeFile(
      path.join(home.folder, ".profile"),
      `PATH=${this.bin}:/usr/local/bin:/usr/bin:/bin\nexport PATH\n`,
    );
  }

  /** All runs of a command so far, once there are this many. */
  started(command: string, count: number): Promise<Started[]> {
    return until(`${count} runs of ${command}`, async () => {
      const names = (await readdir(this.folder)).filter(
        (name) => name.startsWith(`${command}-`) && name.endsWith(".json"),
      );
      const runs = await Promise.all(
        names.map(
          async (name) =>
            JSON.parse(
              await readFile(path.join(this.folder, name), "utf8"),
            ) as Started,
        ),
      );
      return runs.length === count && runs;
    });
  }
}
