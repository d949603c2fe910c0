import assert from "node:assert/strict";
import { symlinkSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { badPath, UserError } from "../../../../src/core/errors";
import {
  canonicalPath,
  readClientPath,
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
    ["file:///tmp/a%00b", "it contains a NUL character"],
    ["\\\\server\\share\\a", "network paths are not opened"],
    ["//server/share/a", "network paths are not opened"],
    ["file://server/share/a", "it names another host"],
    ["file:////server/share", "network paths are not opened"],
    ["http://127.0.0.1/a", "it is not a file: URI"],
    ["vscode-remote://ssh/a", "it is not a file: URI"],
    ["untitled:Untitled-1", "it is not a file: URI"],
    ["file:///a%2fb", "File URL path must not include encoded / characters"],
    ["file:///%zz", "URI malformed"],
  ] as const)
    it(`refuses ${JSON.stringify(sent)}`, () => {
      assert.throws(
        () => read(sent),
        (error: Error) =>
          error instanceof UserError &&
          error.message === badPath(sent, fault).message,
      );
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
