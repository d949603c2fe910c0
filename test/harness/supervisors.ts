// The supervisors that a test has started: each outlives its windows, but not the test.
import { readdirSync } from "node:fs";
import path from "node:path";
import {
  isRunning,
  readSupervisor,
  type SupervisorRecord,
} from "../../src/core/control/supervisorRecord";
import { until } from "./until";

/** Those of all Berth homes in the directory, up to two levels down. */
export async function supervisorsIn(
  directory: string,
): Promise<SupervisorRecord[]> {
  const homes = [directory, ...foldersIn(directory)].flatMap((each) => [
    each,
    ...foldersIn(each),
  ]);
  const files = [...new Set(homes)].flatMap((home) =>
    namesIn(home)
      .filter((name) => /^supervisor.*\.json$/.test(name))
      .map((name) => path.join(home, name)),
  );
  const records = await Promise.all(files.map((file) => readSupervisor(file)));
  return records.filter((record) => record !== undefined);
}

/** Ends them as a logout would, and resolves when their processes have ended. */
export async function endSupervisors(directory: string): Promise<void> {
  for (const record of await supervisorsIn(directory)) {
    if (!(await isRunning(record))) continue;
    // One that a test has stopped does not hear anything else.
    process.kill(record.pid, "SIGCONT");
    process.kill(record.pid, "SIGTERM");
    await until(
      `the supervisor ${record.pid} to end`,
      async () => !(await isRunning(record)),
    );
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function foldersIn(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => path.join(directory, entry.name));
  } catch {
    return [];
  }
}
