// The folder outside the repository in which what was downloaded stays.
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
 * Returns a folder of the cache, filled once for a name and what the hash was made of.
 * One with the final name is always whole: it is filled under another name beside it, then renamed.
 * @param {string} name
 * @param {import("node:crypto").Hash} hash
 * @param {(partial: string) => Promise<void>} fill
 * @returns {Promise<string>}
 */
export async function filledOnce(name, hash, fill) {
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
      // Another run was faster; its folder is as good as ours.
      if (!existsSync(folder)) throw error;
    });
  } finally {
    removePartial();
    process.off("exit", removePartial);
  }
  return folder;
}

/** A run that was killed leaves its partial folder; none takes a day. */
function removeAbandoned(cache) {
  for (const name of readdirSync(cache)) {
    const file = path.join(cache, name);
    if (!name.includes(".partial-")) continue;
    const modified = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (Date.now() - modified > 24 * 60 * 60 * 1000)
      rmSync(file, { recursive: true, force: true });
  }
}
