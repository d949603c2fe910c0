// `npm run package`: builds the extension and writes berth-<version>.vsix at the top level; .vscodeignore says what is in it.
import { readFileSync } from "node:fs";
import path from "node:path";
import { installPackages, root } from "./lib/install.mjs";
import { isMain, main } from "./lib/task.mjs";

/** The path of the VSIX of this version. */
export function vsixPath() {
  const manifest = path.join(root, "package.json");
  const { name, version } = JSON.parse(readFileSync(manifest, "utf8"));
  return path.join(root, `${name}-${version}.vsix`);
}

/** Packages what is in dist/ now, and returns the VSIX. */
export async function packageExtension() {
  const { createVSIX } = await import("@vscode/vsce");
  await createVSIX({
    cwd: root,
    packagePath: vsixPath(),
    dependencies: false,
    allowStarActivation: true,
    rewriteRelativeLinks: false,
  });
  return vsixPath();
}

if (isMain(import.meta.url))
  main(async () => {
    await installPackages();
    const { buildExtension } = await import("./build.mjs");
    await buildExtension();
    await packageExtension();
  });
