// Ends Berth's own server, which outlives the windows of the VS Code that was started.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/**
 * Ends the servers of a Berth home that nobody else uses, as a logout would. Resolves when they have ended.
 * @param {string} home
 */
export async function endSupervisors(home) {
  for (const pid of pidsIn(home)) {
    signal(pid, "SIGTERM");
    for (let waited = 0; signal(pid, 0); waited += 50) {
      if (waited === 5_000) signal(pid, "SIGKILL");
      await delay(50);
    }
  }
}

/** @param {string} home */
function pidsIn(home) {
  try {
    return readdirSync(home)
      .filter((name) => /^supervisor.*\.json$/.test(name))
      .map(
        (name) => JSON.parse(readFileSync(path.join(home, name), "utf8")).pid,
      );
  } catch {
    return [];
  }
}

/**
 * Whether the process was there. A zombie is not: nothing may reap it in a container.
 * @param {number} pid
 * @param {NodeJS.Signals | 0} name
 */
function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    return false;
  }
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return process.platform !== "linux";
  }
}
