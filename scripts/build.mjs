// Builds the extension's bundles into dist/ and, with --tests, every test and bench file into out/.
// Only the extension bundle may import `vscode`; test/unit/layers.test.ts checks the layers in the metafile.
import {
  copyFileSync,
  existsSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { isMain } from "./lib/task.mjs";

const root = path.dirname(import.meta.dirname);

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  logLevel: "warning",
  mainFields: ["module", "main"],
};

/** Builds dist/ and returns esbuild's metafiles by bundle name. */
export async function buildExtension() {
  rmSync(path.join(root, "dist"), { recursive: true, force: true });
  const bundle = async (entry, outfile, extra = {}) =>
    (
      await build({
        ...common,
        entryPoints: [entry],
        outfile,
        minify: true,
        keepNames: true,
        metafile: true,
        ...extra,
      })
    ).metafile;
  const [extension, supervisor, cli, agentTerminal] = await Promise.all([
    bundle("src/extension.ts", "dist/extension.js", { external: ["vscode"] }),
    bundle("src/cli/sdkBundle.ts", "dist/supervisor.js", {
      // Of the MCP SDK's two JSON Schema validators the small one: tools check their arguments themselves.
      conditions: ["workerd"],
    }),
    bundle("src/cli/main.ts", "dist/cli.js", {
      banner: { js: "#!/usr/bin/env node" },
    }),
    bundle("src/programs/agentTerminal.ts", "dist/agentTerminal.js"),
  ]);
  copyFileSync(
    path.join(root, "src/programs/guard.sh"),
    path.join(root, "dist/guard.sh"),
  );
  return { extension, supervisor, cli, agentTerminal };
}

/** Builds every .ts file in test/ and bench/ to the same path in out/; packages stay in node_modules. */
async function buildTests() {
  rmSync(path.join(root, "out"), { recursive: true, force: true });
  const entryPoints = ["test", "bench"]
    .filter((folder) => existsSync(path.join(root, folder)))
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), {
        recursive: true,
        encoding: "utf8",
      })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => path.join(folder, file)),
    );
  await build({
    ...common,
    entryPoints,
    outdir: "out",
    outbase: ".",
    packages: "external",
    external: ["vscode"],
    sourcemap: "inline",
  });
}

if (isMain(import.meta.url)) {
  const metafiles = await buildExtension();
  writeFileSync(
    path.join(root, "dist", "meta.json"),
    JSON.stringify(metafiles),
  );
  if (process.argv.includes("--tests")) await buildTests();
}
