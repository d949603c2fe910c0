// Where the supervisor listens for windows: in a directory that nobody else can enter.
import { createHash, randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import path from "node:path";
import { ensurePrivateDirectory } from "../core/system/privateDirectory";

/** Bytes: macOS takes 103, Linux 107. */
const MAX_PATH = 100;

/** A path that no other supervisor has, or the name of a pipe. Creates its directory, and throws a UserError if it is not private. */
export async function newSocketPath(
  home: string,
  platform = process.platform,
): Promise<string> {
  const name = `s-${randomBytes(6).toString("hex")}`;
  if (platform === "win32") return `\\\\.\\pipe\\berth-${name}`;
  const beside = path.join(home, "run");
  // For a home with a long path; users share the temporary directory.
  const elsewhere = path.join(
    tmpdir(),
    `berth-${String(process.getuid?.() ?? 0)}-${createHash("sha256").update(home).digest("hex").slice(0, 12)}`,
  );
  const directory =
    Buffer.byteLength(path.join(beside, name)) <= MAX_PATH ? beside : elsewhere;
  await ensurePrivateDirectory(directory);
  return path.join(directory, name);
}
