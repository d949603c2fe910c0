import assert from "node:assert/strict";
import fc from "fast-check";
import {
  distinctName,
  instanceName,
  type Named,
  type Naming,
  toPrintable,
} from "../../../../src/core/worktrees/names";
import type { Worktree } from "../../../../src/core/worktrees/worktree";

const git = {
  repository: "app",
  branch: "feature-x",
  gitDir: "/code/app/.git/worktrees/x",
  gitCommonDir: "/code/app/.git",
};
const worktree: Worktree = {
  path: "/code/feature folder",
  git,
  isPlain: false,
  bareRepository: null,
  warning: null,
};
const plain: Worktree = {
  path: "/code/notes",
  git: null,
  isPlain: false,
  bareRepository: null,
  warning: null,
};

function nameOf(
  naming: Naming["naming"],
  nameTemplate = "",
  of: Worktree = worktree,
): string {
  return instanceName(of, `${of.path}/sub`, { naming, nameTemplate });
}

describe("instanceName", () => {
  it('uses the repository and branch with the naming "branch"', () => {
    assert.equal(nameOf("branch"), "app@feature-x");
    assert.equal(nameOf("branch", "", plain), "notes");
  });

  it('uses the folder with the naming "worktree"', () => {
    assert.equal(nameOf("worktree"), "feature folder");
    assert.equal(nameOf("worktree", "", plain), "notes");
  });

  it('fills in the template with the naming "custom"', () => {
    assert.equal(
      nameOf(
        "custom",
        "${repository}|${branch}|${worktree}|${folder}|${other}",
      ),
      "app|feature-x|feature folder|sub|${other}",
    );
  });

  it("falls back to the folder if the template comes out empty", () => {
    assert.equal(nameOf("custom", " "), "feature folder");
    assert.equal(nameOf("custom", "${branch}", plain), "notes");
  });

  it("does not fill in placeholders in the name of a branch", () => {
    const odd = { ...worktree, git: { ...git, branch: "${folder}$&$1" } };
    assert.equal(nameOf("custom", "${branch}", odd), "${folder}$&$1");
  });

  it("names even the root directory", () => {
    assert.equal(nameOf("branch", "", { ...plain, path: "/" }), "/");
  });
});

describe("toPrintable", () => {
  it("returns one line, without characters that move the cursor or change the reading direction", () => {
    assert.equal(
      toPrintable("a\n\u001b[31mb\u202ec\u2028d\u0000"),
      "a [31mb c d",
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        assert.doesNotMatch(
          toPrintable(text),
          /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/,
        );
      }),
    );
  });
});

describe("distinctName", () => {
  const own = { name: "app@main", worktree: "/home/me/b/app", port: 2 };

  it("keeps a name that no other instance has", () => {
    assert.equal(distinctName(own, []), "app@main");
    const other = { name: "app@mainline", worktree: "/home/me/a/app", port: 1 };
    assert.equal(distinctName(own, [other]), "app@main");
  });

  it("adds the shortest end of the path that tells two instances apart", () => {
    const other = { name: "app@main", worktree: "/home/me/a/app", port: 1 };
    assert.equal(distinctName(own, [other]), "app@main (b/app)");
    const far = { name: "app@main", worktree: "/home/me/a/other", port: 1 };
    assert.equal(distinctName(own, [far]), "app@main (app)");
  });

  it("adds the port if the worktree is the same", () => {
    const other = { ...own, port: 1 };
    assert.equal(distinctName(own, [other]), "app@main (:2)");
  });

  it("never gives two instances the same name, whatever they are called", () => {
    const part = fc.constantFrom("a", "b", "a\n", "a\u0001", "x (a", "a)");
    const instance = fc.record({
      name: fc.constantFrom("x", "x (a)", "x (b/a)", "x (:1)", "y"),
      worktree: fc
        .array(part, { minLength: 1, maxLength: 3 })
        .map((parts) => `/${parts.join("/")}`),
    });
    fc.assert(
      fc.property(fc.array(instance, { maxLength: 6 }), (instances) => {
        const live: Named[] = [];
        instances.forEach((one, index) => {
          const named = { ...one, port: index + 1 };
          live.push({ ...named, name: distinctName(named, live) });
        });
        const names = live.map(({ name }) => name);
        assert.equal(new Set(names).size, names.length, JSON.stringify(live));
      }),
      { numRuns: 2_000 },
    );
  });
});
