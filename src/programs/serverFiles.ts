// The files with the tokens of MCP servers, in the directory of notices: `<id>.servers.json` is the editor's, which the program in the
// terminal reads and removes at once, `agent-...` is what its agent reads. Terminals that are killed remove nothing.
import { createHash } from "node:crypto";
import { readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { identifyPlace } from "../core/system/machine";
import { pidExists } from "../core/system/processIdentity";

/** Milliseconds after which nobody comes to read what the editor has written. */
const MAX_AGE = 10 * 60_000;

/** Of where this program's pid means something. */
export async function placeMark(): Promise<string> {
  const place = JSON.stringify(await identifyPlace());
  return createHash("sha256").update(place).digest("hex").slice(0, 12);
}

/** It tells by its name whose it is. */
export function agentFileName(pid: number, mark: string): string {
  return `agent-${pid}-${mark}.servers.json`;
}

/** Removes what nobody reads any more. What cannot be removed stays. */
export function removeForsaken(directory: string, mark: string): void {
  try {
    for (const name of readdirSync(directory))
      if (isForsaken(path.join(directory, name), mark))
        rmSync(path.join(directory, name), { force: true });
  } catch {
    // The next terminal tries it again.
  }
}

function isForsaken(file: string, mark: string): boolean {
  const name = path.basename(file);
  if (!name.endsWith(".servers.json")) return false;
  const [, pid] = /^agent-(\d+)-/.exec(name) ?? [];
  if (pid === undefined) return Date.now() - statSync(file).mtimeMs > MAX_AGE;
  return name === agentFileName(Number(pid), mark) && !pidExists(Number(pid));
}
