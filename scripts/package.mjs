// `npm run package`: builds the extension and berth-<version>.vsix in the root; .vscodeignore decides its contents.
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { installPackages, root } from "./lib/install.mjs";
import { isMain, main, run, step } from "./lib/task.mjs";

/** The path of this version's VSIX. */
export function vsixPath() {
  const manifest = path.join(root, "package.json");
  const { name, version } = JSON.parse(readFileSync(manifest, "utf8"));
  return path.join(root, `${name}-${version}.vsix`);
}

/** Packages the current dist/ and returns the path of the VSIX. */
export async function packageExtension() {
  const vsce = path.join(root, "node_modules", "@vscode", "vsce", "vsce");
  const options = [
    ...["--out", vsixPath()],
    // Everything is bundled, README images included; it activates with the window; there is no public repository.
    ...["--no-dependencies", "--allow-star-activation"],
    ...["--no-rewrite-relative-links", "--allow-missing-repository"],
  ];
  await run(process.execPath, [vsce, "package", ...options], { cwd: root });
  return vsixPath();
}

if (isMain(import.meta.url))
  main(async () => {
    await installPackages();
    const { buildExtension } = await import("./build.mjs");
    await buildExtension();
    const vsix = await step("Packaging", packageExtension());
    console.log(`${vsix}: ${Math.ceil(statSync(vsix).size / 1024)} KB`);
  });
