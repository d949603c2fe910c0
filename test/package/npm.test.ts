// What `npx berth` runs: a package that holds exactly these files, and needs nothing else.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { version } from "../../package.json";
import { TestHome } from "../harness/testHome";

const execute = promisify(execFile);

describe("The npm package", () => {
  let home: TestHome;
  before(async () => {
    home = await TestHome.create();
  });
  after(() => home.remove());

  it("holds the command line, and runs it", async () => {
    const packed = await execute("npm", [
      ...["pack", "--json", "--ignore-scripts"],
      ...["--pack-destination", home.folder],
    ]);
    const [{ filename, files }] = JSON.parse(packed.stdout) as [
      { filename: string; files: { path: string }[] },
    ];
    assert.deepEqual(files.map((file) => file.path).sort(), [
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "dist/cli.js",
      "dist/guard.sh",
      "dist/supervisor.js",
      "package.json",
    ]);
    const cwd = path.join(home.folder, "project");
    await mkdir(cwd);
    const options = { cwd, env: { ...process.env, ...home.env } };
    const file = path.join(home.folder, filename);
    const ran = await execute(
      "npx",
      ["--yes", "--offline", `--package=${file}`, "berth", "--version"],
      options,
    );
    assert.equal(ran.stdout, `${version}\n`);
    const listed = await execute(
      "npx",
      ["--yes", "--offline", `--package=${file}`, "berth", "list", "--json"],
      options,
    );
    assert.deepEqual(JSON.parse(listed.stdout), {
      instances: [],
      backends: [],
      otherEditors: [],
    });
  });
});
