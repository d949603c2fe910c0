// Checks the layers and folders of src by their imports, types included, and the packages that each bundle contains.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Metafile } from "esbuild";
import ts from "typescript";

/** For each file of src, the files of src that it imports. */
const imports = new Map(
  readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => path.posix.join("src", file.replaceAll(path.sep, "/")))
    .map((file) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(file, "utf8"));
      const targets = importedFiles
        .filter(({ fileName }) => fileName.startsWith("."))
        .map(({ fileName }) => path.posix.join(path.dirname(file), fileName))
        .map((target) => (existsSync(target) ? target : `${target}.ts`));
      return [file, targets] as const;
    }),
);

/** The cycles of a graph that a walk from each node meets, each as a line of names. */
function cycles(graph: ReadonlyMap<string, Iterable<string>>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (node: string, trail: readonly string[]): void => {
    if (trail.includes(node))
      found.push([...trail.slice(trail.indexOf(node)), node].join(" -> "));
    if (done.has(node) || trail.includes(node)) return;
    for (const target of graph.get(node) ?? []) visit(target, [...trail, node]);
    done.add(node);
  };
  for (const node of graph.keys()) visit(node, []);
  return found;
}

/** For each folder of a layer, the other folders it imports from; a file at the top of the layer counts as a folder. */
function foldersOf(layer: string): Map<string, Set<string>> {
  const folderOf = (file: string) =>
    file.split("/").slice(0, layer.split("/").length).join("/");
  const folders = new Map<string, Set<string>>();
  for (const [file, targets] of imports) {
    if (!file.startsWith(layer)) continue;
    const folder = folderOf(file);
    const imported = folders.get(folder) ?? new Set();
    folders.set(folder, imported);
    for (const target of targets)
      if (target.startsWith(layer) && folderOf(target) !== folder)
        imported.add(folderOf(target));
  }
  return folders;
}

describe("src", () => {
  const mayImport = {
    "src/core/": /^src\/core\//,
    "src/host/": /^src\/(core|host)\//,
    "src/supervisor/": /^src\/(core|host|supervisor)\//,
    "src/programs/": /^src\/(core|programs)\//,
    "src/cli/": /^src\/(core|host|supervisor|cli)\//,
    "src/editor/": /^src\/(core|editor)\/|^src\/host\/\w*[cC]ontract\.ts$/,
  };
  for (const [layer, allowed] of Object.entries(mayImport))
    it(`has a layer ${layer} that imports only ${allowed.source}`, () => {
      const files = [...imports].filter(([file]) => file.startsWith(layer));
      assert.ok(files.length > 0);
      const wrong = files
        .flatMap(([file, targets]) =>
          targets.map((target) => [file, target] as const),
        )
        .filter(
          ([, target]) => target.startsWith("src/") && !allowed.test(target),
        );
      assert.deepEqual(wrong, []);
    });

  it("has every file in a layer, except the extension's entry point", () => {
    const layers = Object.keys(mayImport);
    assert.deepEqual(
      [...imports.keys()].filter(
        (file) => !layers.some((layer) => file.startsWith(layer)),
      ),
      ["src/extension.ts"],
    );
  });

  it("has no import cycle between files", () => {
    assert.deepEqual(cycles(imports), []);
  });

  for (const layer of ["src/core/", "src/host/"])
    it(`has no import cycle between the folders of ${layer}`, () => {
      const folders = foldersOf(layer);
      assert.ok(folders.size > 5);
      assert.deepEqual(cycles(folders), []);
    });
});

describe("An import cycle", () => {
  it("is found, however long it is", () => {
    const graph = new Map([
      ["a", ["b"]],
      ["b", ["c"]],
      ["c", ["a", "d"]],
      ["d", []],
    ]);
    assert.deepEqual(cycles(graph), ["a -> b -> c -> a"]);
  });
});

const names = ["extension", "supervisor", "cli", "agentTerminal"] as const;
type BundleName = (typeof names)[number];

describe("The packages in a bundle", () => {
  const bundles = JSON.parse(readFileSync("dist/meta.json", "utf8")) as Record<
    BundleName,
    Metafile
  >;
  const validation = ["ajv", "ajv-formats", "fast-deep-equal", "fast-uri"];
  const sdk = [
    "@modelcontextprotocol/sdk",
    ...validation,
    "content-type",
    "json-schema-traverse",
    "zod-to-json-schema",
  ];
  /** cross-spawn and what it is made of. */
  const starting = [
    "cross-spawn",
    "get-port",
    "isexe",
    "path-key",
    "shebang-command",
    "shebang-regex",
    "which",
  ];
  const width = ["fast-string-width", "fast-string-truncated-width"];
  const mayHold: Record<BundleName, readonly string[]> = {
    extension: ["birpc", "jsonc-parser", "picomatch"],
    supervisor: [
      "birpc",
      "ws",
      "zod",
      ...sdk,
      ...starting,
      "jsonc-parser",
      "@modelcontextprotocol/core",
      "@modelcontextprotocol/server",
      "eventsource-parser",
    ],
    cli: [
      ...starting,
      "@bomb.sh/tab",
      "jsonc-parser",
      "eventsource-parser",
      "zod",
      ...width,
    ],
    agentTerminal: starting,
  };
  for (const name of names)
    it(`are only those it needs: ${name}`, () => {
      const packages = Object.keys(bundles[name].inputs).flatMap(
        (file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? [],
      );
      const unexpected = packages.filter(
        (each) => !mayHold[name].includes(each),
      );
      assert.deepEqual([...new Set(unexpected)], []);
    });

  it("that a window waits for at the start of the supervisor hold no MCP SDK", () => {
    const { inputs } = bundles.supervisor;
    const loaded = new Set(["src/supervisor/main.ts"]);
    for (const file of loaded)
      for (const each of inputs[file]?.imports ?? [])
        if (each.kind !== "dynamic-import" && !each.external)
          loaded.add(each.path);
    assert.ok(loaded.has("src/supervisor/backends/backend.ts"));
    const sdk = /node_modules\/@modelcontextprotocol/;
    assert.deepEqual(
      [...loaded].filter((file) => sdk.test(file)),
      [],
    );
  });
});
