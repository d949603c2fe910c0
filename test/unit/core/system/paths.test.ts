import assert from "node:assert/strict";
import { symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { badPath, pathTooLong } from "../../../../src/core/pathErrors";
import { UserError } from "../../../../src/core/errors";
import {
  canonicalPath,
  MAX_PATH_BYTES,
  readClientPath,
  uriReadings,
} from "../../../../src/core/system/paths";
import { useGround } from "../../support/ground";

describe("canonicalPath", () => {
  const ground = useGround();

  it("follows links to files and folders", () => {
    const file = `${ground.make("real")}/a.txt`;
    writeFileSync(file, "");
    symlinkSync(ground.path("real"), ground.path("folder"));
    symlinkSync(file, ground.path("file"));
    assert.equal(canonicalPath(ground.path("folder", "a.txt")), file);
    assert.equal(canonicalPath(ground.path("file")), file);
    assert.equal(
      canonicalPath(ground.path("folder", "new")),
      `${ground.path("real")}/new`,
    );
    assert.equal(
      canonicalPath(ground.path("folder", "new", "deep")),
      ground.path("real", "new", "deep"),
    );
  });

  it("follows links to targets that do not exist yet", () => {
    symlinkSync(ground.path("outside", "new.txt"), ground.path("dangling"));
    symlinkSync("dangling", ground.path("chained"));
    for (const name of ["dangling", "chained"])
      assert.equal(
        canonicalPath(ground.path(name)),
        ground.path("outside", "new.txt"),
      );
    assert.equal(
      canonicalPath(ground.path("dangling", "sub", "file")),
      ground.path("outside", "new.txt", "sub", "file"),
    );
  });

  it("stops at a cycle of links, with the real path of the link's parent", () => {
    symlinkSync(ground.make("real"), ground.path("link"));
    symlinkSync("b", ground.path("real", "a"));
    symlinkSync("a", ground.path("real", "b"));
    assert.equal(
      canonicalPath(ground.path("link", "a")),
      ground.path("real", "a"),
    );
    assert.equal(
      canonicalPath(ground.path("link", "a", "x")),
      ground.path("real", "a", "x"),
    );
  });
});

describe("canonicalPath of a missing file", () => {
  const ground = useGround();

  it("follows a link before .. in the target of a dangling link", () => {
    ground.make("inside");
    symlinkSync(ground.make("outside", "deep"), ground.path("inside", "away"));
    symlinkSync("away/../new.txt", ground.path("inside", "dangling"));
    assert.equal(
      canonicalPath(ground.path("inside", "dangling")),
      ground.path("outside", "new.txt"),
    );
  });

  it("ends for a link that leads to itself by way of a missing folder, and for one that only grows", () => {
    symlinkSync("missing/../a", ground.path("a"));
    assert.equal(canonicalPath(ground.path("a")), ground.path("a"));
    symlinkSync(`b${"/x".repeat(1_000)}`, ground.path("b"));
    assert.ok(canonicalPath(ground.path("b")).startsWith(ground.path("b")));
  });

  it("takes a path of any depth", () => {
    const deep = ground.path("a/".repeat(200_000) + "a");
    assert.equal(canonicalPath(deep), deep);
  });
});

describe("readClientPath", () => {
  const ground = useGround();
  const read = (sent: string) => readClientPath(sent, ground.directory);

  it("reads absolute and relative paths and file: URIs", () => {
    const file = ground.path("a b#ü.txt");
    writeFileSync(file, "");
    const uri = `file://${encodeURI(ground.directory)}/a%20b%23%C3%BC.txt`;
    for (const sent of [file, "a b#ü.txt", "./x/../a b#ü.txt", uri])
      assert.equal(read(sent), file, sent);
    assert.equal(read(uri.replace("file://", "file://localhost")), file);
    assert.equal(read(uri.replace("file://", "FILE://")), file);
  });

  it("resolves .. in a path that does not exist", () => {
    assert.equal(
      read("../../etc/x/../passwd"),
      canonicalPath(ground.path("../../etc/passwd")),
    );
  });

  for (const [sent, fault] of [
    ["", "it is empty"],
    ["a\0b", "it contains a NUL character"],
    ["\\\\server\\share\\a", "network paths are not opened"],
    ["//server/share/a", "network paths are not opened"],
    ["file://server/share/a", "it names another host"],
    ["file:////server/share", "network paths are not opened"],
    ["http://127.0.0.1/a", "it is not a file: URI"],
    ["vscode-remote://ssh/a", "it is not a file: URI"],
    ["untitled:Untitled-1", "it is not a file: URI"],
    ["file:///tmp/a\0b", "it contains a NUL character"],
  ] as const)
    it(`refuses ${JSON.stringify(sent)}`, () => {
      assert.throws(
        () => read(sent),
        (error: Error) =>
          error instanceof UserError &&
          error.message === badPath(sent, fault).message,
      );
    });

  const names = ["C#", "what?", "50%", "a b", "a%20b", "%zz", "a%2fb", "ü#?%"];

  for (const name of names)
    it(`reads file:// before a plain or an encoded path with ${JSON.stringify(name)} in it`, () => {
      const file = path.join(ground.make(name), `${name}.ts`);
      writeFileSync(file, "");
      assert.equal(read(`file://${file}`), file);
      const encoded = file.split("/").map(encodeURIComponent).join("/");
      assert.equal(read(`file://${encoded}`), file);
      assert.equal(read(file), file);
      assert.equal(read(`${name}/${name}.ts`), file);
    });

  it("takes a URI as it stands if that file exists, else decoded if that one does, else as it stands", () => {
    const plain = ground.path("a%20b");
    const decoded = ground.path("a b");
    assert.equal(read(`file://${plain}`), plain);
    writeFileSync(decoded, "");
    assert.equal(read(`file://${plain}`), decoded);
    writeFileSync(plain, "");
    assert.equal(read(`file://${plain}`), plain);
    assert.equal(
      readClientPath(
        `file://${plain}`,
        ground.directory,
        (file) => file !== plain,
      ),
      decoded,
    );
  });

  it("never looks at a network path or a NUL that it would have to decode first", () => {
    for (const uri of ["file:///%2fserver/a", "file:///tmp/a%00b"])
      assert.equal(read(uri), uri.slice("file://".length));
  });

  it("reads Windows paths after file://, with and without a third slash", () => {
    const file = "C:\\a b#\\c.ts";
    assert.deepEqual(uriReadings(`file://${file}`, path.win32), [file]);
    assert.deepEqual(uriReadings("file:///c%3A/a%20b%23/c.ts", path.win32), [
      "c:/a b#/c.ts",
    ]);
    assert.throws(() => uriReadings("file://server/c", path.win32), UserError);
  });

  it("refuses a path of more than 4,096 bytes, before it does anything with it", () => {
    const fits = `/${"a/".repeat(MAX_PATH_BYTES / 2 - 1)}b`;
    assert.equal(Buffer.byteLength(fits), MAX_PATH_BYTES);
    assert.equal(read(fits), fits);
    const start = performance.now();
    for (const sent of [
      `${fits}b`,
      "ü".repeat(MAX_PATH_BYTES / 2 + 1),
      "a/".repeat(5_000_000),
      `file://${"/a".repeat(5_000_000)}`,
      `${"a".repeat(10_000_000)}:`,
    ])
      assert.throws(() => read(sent), {
        message: pathTooLong(MAX_PATH_BYTES).message,
      });
    // The scheme alone takes longer to find in these.
    assert.ok(performance.now() - start < 1_000);
  });

  it("returns an absolute path or throws a UserError for any input", () => {
    const sent = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.webUrl(),
      fc.string().map((rest) => `file://${rest}`),
      fc.string().map((rest) => `/${rest}`),
    );
    fc.assert(
      fc.property(sent, (text) => {
        try {
          assert.match(read(text), /^\/(?!\/)/);
        } catch (error) {
          assert.ok(error instanceof UserError, String(error));
        }
      }),
      { numRuns: 500 },
    );
  });
});
