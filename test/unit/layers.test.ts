// The layers and folders of src as its imports draw them, types included, and the packages that each bundle brings along.
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

/** Every circle in a graph that a walk from each node meets, as a line of names. */
function circles(graph: ReadonlyMap<string, Iterable<string>>): string[] {
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

/** What each folder of a layer imports of its other folders; a file at the layer's top stands for itself. */
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
    "src/worker/": /^src\/(core|host|worker)\//,
    "src/programs/": /^src\/(core|programs)\//,
    "src/cli/": /^src\/(core|host|cli)\//,
    "src/editor/": /^src\/(core|editor)\/|^src\/host\/contract\.ts$/,
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

  it("keeps every file below a layer, but for the entry of the extension", () => {
    const layers = Object.keys(mayImport);
    assert.deepEqual(
      [...imports.keys()].filter(
        (file) => !layers.some((layer) => file.startsWith(layer)),
      ),
      ["src/extension.ts"],
    );
  });

  it("has no circle of files", () => {
    assert.deepEqual(circles(imports), []);
  });

  for (const layer of ["src/core/", "src/host/"])
    it(`has no circle of folders in ${layer}`, () => {
      const folders = foldersOf(layer);
      assert.ok(folders.size > 5);
      assert.deepEqual(circles(folders), []);
    });
});

describe("A circle of folders", () => {
  it("is found, however long it is", () => {
    const graph = new Map([
      ["a", ["b"]],
      ["b", ["c"]],
      ["c", ["a", "d"]],
      ["d", []],
    ]);
    assert.deepEqual(circles(graph), ["a -> b -> c -> a"]);
  });
});

const names = ["extension", "worker", "cli", "agentTerminal"] as const;
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
  const mayHold: Record<BundleName, readonly string[]> = {
    extension: ["birpc", "picomatch"],
    worker: ["birpc", "ws", "zod", ...sdk],
    cli: [],
    agentTerminal: [],
  };
  for (const name of names)
    it(`are no others than it needs: ${name}`, () => {
      const packages = Object.keys(bundles[name].inputs).flatMap(
        (file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? [],
      );
      const unexpected = packages.filter(
        (each) => !mayHold[name].includes(each),
      );
      assert.deepEqual([...new Set(unexpected)], []);
    });
});
