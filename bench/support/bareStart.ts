// The bare steps of starting an instance, in sequence and without VS Code: what no implementation can avoid.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import path from "node:path";
import { promisify } from "node:util";
import { writeJson } from "../../src/core/system/atomicFile";
import { root } from "../../test/unit/support/root";
import { median } from "../row";
import { Ground } from "./ground";

const REPETITIONS = 10;

/** Milliseconds. */
export async function bareStart(): Promise<number> {
  const ground = new Ground();
  const times: number[] = [];
  for (let repetition = 0; repetition <= REPETITIONS; repetition += 1) {
    const start = performance.now();
    const child = spawn(process.execPath, ["-e", "process.send(1)"], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    await once(child, "message");
    await promisify(execFile)("git", ["-C", root, "rev-parse", "--git-dir"]);
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    for (const name of ["record", "lock"])
      await writeJson(path.join(ground.directory, name), "x".repeat(500));
    times.push(performance.now() - start);
    server.close();
    child.kill();
  }
  await ground.dispose();
  return median(times.slice(1));
}
