// The download cache, outside the repository.
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { mkdir, mkdtemp, rename } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";

function cacheHome() {
  const { BERTH_CACHE, XDG_CACHE_HOME } = process.env;
  if (BERTH_CACHE) return path.resolve(BERTH_CACHE);
  if (XDG_CACHE_HOME) return path.join(XDG_CACHE_HOME, "berth");
  return process.platform === "darwin"
    ? path.join(homedir(), "Library", "Caches", "berth")
    : path.join(homedir(), ".cache", "berth");
}

/**
 * Returns a cache folder, filled once per name and hash.
 * A folder with its final name is always complete: it is filled under a temporary name, then renamed.
 * @param {string} name
 * @param {import("node:crypto").Hash} hash
 * @param {(partial: string) => Promise<void>} fill
 * @returns {Promise<string>}
 */
export async function cachedFolder(name, hash, fill) {
  const folder = path.join(
    cacheHome(),
    `${name}-${hash.digest("hex").slice(0, 12)}`,
  );
  if (existsSync(folder)) return folder;
  await mkdir(cacheHome(), { recursive: true });
  removeAbandoned(cacheHome());
  const partial = await mkdtemp(`${folder}.partial-`);
  const removePartial = () => rmSync(partial, { recursive: true, force: true });
  process.once("exit", removePartial);
  try {
    await fill(partial);
    await rename(partial, folder).catch((error) => {
      // Another run won the race; its folder is as good as ours.
      if (!existsSync(folder)) throw error;
    });
  } finally {
    removePartial();
    process.off("exit", removePartial);
  }
  return folder;
}

/** Killed runs leave partial folders behind; no run takes a day. */
function removeAbandoned(cache) {
  for (const name of readdirSync(cache)) {
    const file = path.join(cache, name);
    if (!name.includes(".partial-")) continue;
    const modified = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (Date.now() - modified > 24 * 60 * 60 * 1000)
      rmSync(file, { recursive: true, force: true });
  }
}
