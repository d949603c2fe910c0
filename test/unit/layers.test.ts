// The layers of src as the bundler sees them; lint sees single imports, this also what they bring along.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Metafile } from "esbuild";

const names = ["extension", "worker", "cli", "agentTerminal"] as const;
type BundleName = (typeof names)[number];

const bundles = JSON.parse(readFileSync("dist/meta.json", "utf8")) as Record<
  BundleName,
  Metafile
>;
/** For each file of src, what it imports. */
const imports = new Map(
  Object.values(bundles).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([file]) => file.startsWith("src/"))
      .map(
        ([file, input]) =>
          [file, input.imports.map((each) => each.path)] as const,
      ),
  ),
);

describe("src", () => {
  const mayImport = {
    "src/core/": /^src\/core\//,
    "src/host/": /^src\/(core|host)\//,
    "src/cli/": /^src\/(core|host|cli)\//,
    "src/editor/": /^src\/(core|editor)\/|^src\/host\/contract\.ts$/,
  };
  for (const [layer, allowed] of Object.entries(mayImport))
    it(`has a layer ${layer} that imports only ${allowed.source}`, () => {
      const wrong = [...imports]
        .filter(([file]) => file.startsWith(layer))
        .flatMap(([, targets]) => targets)
        .filter((target) => target.startsWith("src/") && !allowed.test(target));
      assert.deepEqual(wrong, []);
    });

  it("has no import cycle", () => {
    const done = new Set<string>();
    const visit = (file: string, trail: readonly string[]): void => {
      assert.ok(!trail.includes(file), [...trail, file].join(" -> "));
      if (done.has(file)) return;
      for (const target of imports.get(file) ?? [])
        visit(target, [...trail, file]);
      done.add(file);
    };
    for (const file of imports.keys()) visit(file, []);
  });
});

describe("The packages in a bundle", () => {
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
