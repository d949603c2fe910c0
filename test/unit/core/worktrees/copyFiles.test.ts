import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { notCopied } from "../../../../src/core/messages/worktrees";
import { gitWasSilent } from "../../../../src/core/worktreeErrors";
import { copyIgnoredFiles } from "../../../../src/core/worktrees/copyFiles";
import { useGround } from "../../support/ground";
import {
  addWorktree,
  git,
  gitWith,
  makeRepository,
} from "../../support/repositories";

describe("copyIgnoredFiles", () => {
  const ground = useGround();
  const write = (directory: string, file: string, text = file) => {
    const whole = path.join(directory, file);
    mkdirSync(path.dirname(whole), { recursive: true });
    writeFileSync(whole, text);
    return whole;
  };
  const make = () => {
    const app = makeRepository(ground.path("app"));
    write(app, ".gitignore", "build/\n.env*\nnode_modules\n");
    git(app, "add", ".gitignore");
    git(app, "commit", "--quiet", "--message=ignore");
    const linked = addWorktree(app, ground.path("linked"), "topic");
    return { app, linked };
  };

  it("copies ignored and untracked files that match, with their modes and folders", async () => {
    const { app, linked } = make();
    const files = [
      ".env",
      "packages/a b/.env.local",
      "build/secret/-x\ny",
      "config/local/deep/untracked",
      ".env.d/one",
    ];
    for (const file of files) write(app, file);
    chmodSync(path.join(app, ".env"), 0o600);
    chmodSync(path.join(app, "build/secret"), 0o700);
    chmodSync(write(app, "config/local/run"), 0o755);
    write(app, "config/other");
    write(app, "build/object.o");
    const patterns = [".env*", "config/local/**", "build/secret", "a.txt", " "];
    const { copied, left } = await copyIgnoredFiles(app, linked, patterns);
    assert.deepEqual(left, []);
    assert.deepEqual([...copied].sort(), [...files, "config/local/run"].sort());
    for (const file of files)
      assert.equal(readFileSync(path.join(linked, file), "utf8"), file);
    const modeOf = (file: string) =>
      lstatSync(path.join(linked, file)).mode & 0o777;
    assert.deepEqual(
      [".env", "build/secret", "config/local/run"].map(modeOf),
      [0o600, 0o700, 0o755],
    );
    assert.ok(!existsSync(path.join(linked, "build/object.o")));
  });

  it("replaces nothing, and says so", async () => {
    const { app, linked } = make();
    write(app, ".env", "theirs");
    write(app, "build/x");
    write(linked, ".env", "mine");
    write(linked, "build", "a file");
    const { copied, left } = await copyIgnoredFiles(app, linked, ["**"]);
    assert.deepEqual(copied, []);
    assert.deepEqual(left, [
      { file: ".env", reason: notCopied.exists },
      { file: "build/x", reason: notCopied.blocked },
    ]);
    assert.equal(readFileSync(path.join(linked, ".env"), "utf8"), "mine");
  });

  it("follows no link out of a worktree", async () => {
    const { app, linked } = make();
    const outside = ground.make("outside");
    write(outside, "secret");
    write(app, "build/file");
    symlinkSync("file", path.join(app, "build/inside"));
    symlinkSync("../../outside/secret", path.join(app, "build/out"));
    symlinkSync(path.join(app, "a.txt"), path.join(app, "build/absolute"));
    symlinkSync(outside, path.join(app, ".env-link"));
    write(app, ".env.d/x");
    // Into which the copy would fall.
    symlinkSync(outside, path.join(linked, ".env.d"));
    const patterns = ["build", ".env*"];
    const { copied, left } = await copyIgnoredFiles(app, linked, patterns);
    assert.deepEqual([...copied].sort(), ["build/file", "build/inside"]);
    assert.equal(readlinkSync(path.join(linked, "build/inside")), "file");
    assert.deepEqual(
      [...left].sort((a, b) => a.file.localeCompare(b.file)),
      [
        { file: ".env-link", reason: notCopied.link },
        { file: ".env.d/x", reason: notCopied.blocked },
        { file: "build/absolute", reason: notCopied.link },
        { file: "build/out", reason: notCopied.link },
      ].sort((a, b) => a.file.localeCompare(b.file)),
    );
    assert.ok(!existsSync(path.join(outside, "x")));
  });

  it("leaves out node_modules, and worktrees and repositories that lie inside", async () => {
    const { app, linked } = make();
    write(app, "node_modules/a/.env");
    write(app, "packages/x/node_modules/.env");
    addWorktree(app, path.join(app, "build", "inner"), "inner");
    write(app, "build/inner/.env");
    makeRepository(path.join(app, "other"));
    write(app, "other/.env");
    write(app, "build/.env");
    const { copied } = await copyIgnoredFiles(app, linked, ["**", ".env"]);
    assert.deepEqual(copied, ["build/.env"]);
  });

  it("throws where git does not answer, and does not ask it without a pattern", async () => {
    const { app, linked } = make();
    write(app, ".env");
    const environment = gitWith(ground, "ls-files", "exec sleep 60");
    const options = { environment, timeout: 300 };
    await assert.rejects(
      copyIgnoredFiles(app, linked, [".env"], options),
      gitWasSilent(app),
    );
    assert.deepEqual(await copyIgnoredFiles(app, linked, [], options), {
      copied: [],
      left: [],
    });
  });
});
