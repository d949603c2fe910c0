import assert from "node:assert/strict";
import fc from "fast-check";
import { contains, deepest } from "../../../../src/core/system/paths";
import { parseWorktreeList } from "../../../../src/core/worktrees/worktreeList";

/** Anything that a path or a reason may contain: everything but NUL. */
const line = fc
  .string({ unit: "binary", minLength: 1 })
  .map((text) => text.replaceAll("\0", "\n"));

const entry = fc.record({
  path: fc.oneof(
    line.map((name) => `/${name}`),
    fc.constantFrom(
      "/a\nworktree /forged",
      "/a\n\nworktree /forged\nHEAD 0\nbranch refs/heads/forged",
      "/a\nbare",
      "/worktree /b",
    ),
  ),
  branch: fc.option(line),
  head: fc.stringMatching(/^[0-9a-f]{40}$/),
  isBare: fc.boolean(),
  locked: fc.option(line.map((reason) => `${reason}\nworktree /forged`)),
});

describe("parseWorktreeList", () => {
  it("reads back every worktree, whatever its path", () => {
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        const text = entries
          .map(({ path, branch, head, isBare, locked }) =>
            [
              `worktree ${path}`,
              ...(isBare ? ["bare"] : [`HEAD ${head}`]),
              ...(isBare
                ? []
                : [
                    branch === null
                      ? "detached"
                      : `branch refs/heads/${branch}`,
                  ]),
              ...(locked === null ? [] : [`locked ${locked}`]),
            ]
              .map((part) => `${part}\0`)
              .join(""),
          )
          .map((block) => `${block}\0`)
          .join("");
        assert.deepEqual(
          parseWorktreeList(text, "\0"),
          entries
            .filter(({ isBare }) => !isBare)
            .map(({ path, branch, head, locked }) => ({
              path,
              branch: branch ?? head.slice(0, 7),
              ...(locked !== null && { isLocked: true }),
            })),
        );
      }),
    );
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        parseWorktreeList(text, "\0");
      }),
    );
  });
});

describe("deepest", () => {
  const name = fc.constantFrom("a", "b", "a b", "..b", "ab");
  const directory = fc
    .array(name, { minLength: 1, maxLength: 4 })
    .map((parts) => `/${parts.join("/")}`);

  it("finds the deepest directory that contains a file, comparing whole path segments", () => {
    fc.assert(
      fc.property(fc.array(directory), directory, (directories, file) => {
        const containing = directories.filter(
          (one) => file === one || file.startsWith(`${one}/`),
        );
        containing.sort((a, b) => b.length - a.length);
        assert.equal(deepest(directories, file), containing[0]);
      }),
    );
  });

  it("treats the root as containing everything", () => {
    assert.ok(contains("/", "/a"));
    assert.equal(deepest(["/", "/a"], "/b"), "/");
  });
});
