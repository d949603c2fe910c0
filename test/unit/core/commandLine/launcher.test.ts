import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import {
  launcherFile,
  linkLauncher,
  writeLauncher,
} from "../../../../src/core/commandLine/launcher";
import { setEnvironment, useGround } from "../../support/ground";

describe("The launcher", () => {
  const ground = useGround();

  /** An installed extension whose command line says its version and its arguments. */
  function install(version: string) {
    const directory = ground.make(
      'it\'s "a" $(x) extensions',
      `berth.berth-${version}`,
      "dist",
    );
    const cli = path.join(directory, "cli.js");
    writeFileSync(
      cli,
      `console.log(${JSON.stringify(version)}, process.argv.slice(2).join("|"), process.env.ELECTRON_RUN_AS_NODE);`,
    );
    return { version, cli, runtime: process.execPath };
  }
  const run = (...args: string[]) =>
    execFileSync(launcherFile(ground.home), args, { encoding: "utf8" }).trim();

  it("runs the command line with all arguments as they are, from any path", async () => {
    await writeLauncher(ground.home, install("1.0.0"));
    assert.equal(run("a b", "$(c)", "'", ""), "1.0.0 a b|$(c)|'| undefined");
    assert.equal(statSync(launcherFile(ground.home)).mode & 0o777, 0o700);
    assert.equal(statSync(ground.home).mode & 0o777, 0o700);
  });

  it("takes VS Code's own runtime where there is no Node", async () => {
    const runtime = ground.path("electron");
    symlinkSync(process.execPath, runtime);
    await writeLauncher(ground.home, { ...install("1.0.0"), runtime });
    const { stdout } = spawnSync(launcherFile(ground.home), ["x"], {
      env: { PATH: ground.make("empty") },
      encoding: "utf8",
    });
    assert.equal(stdout.trim(), "1.0.0 x 1");
    rmSync(runtime);
    const none = spawnSync(launcherFile(ground.home), ["x"], {
      env: { PATH: ground.make("empty") },
      encoding: "utf8",
    });
    assert.equal(none.status, 1);
    assert.match(none.stderr, /Node 20 or newer was not found/);
  });

  it("finds the extension that was updated, and says so when there is none any more", async () => {
    const installed = install("1.0.0");
    await writeLauncher(ground.home, installed);
    const directory = path.dirname(path.dirname(installed.cli));
    renameSync(directory, directory.replace("1.0.0", "1.1.0"));
    assert.match(run("x"), /^1\.0\.0 x/);
    rmSync(directory.replace("1.0.0", "1.1.0"), { recursive: true });
    const { status, stderr } = spawnSync(launcherFile(ground.home), [], {
      encoding: "utf8",
    });
    assert.equal(status, 1);
    assert.match(stderr, /not installed any more/);
  });

  it("is the newest extension's that is installed, whoever starts last", async () => {
    const [older, newer] = [install("1.9.0"), install("1.10.0")];
    await writeLauncher(ground.home, newer);
    await writeLauncher(ground.home, older);
    assert.match(run(), /^1\.10\.0/);
    rmSync(newer.cli);
    await writeLauncher(ground.home, older);
    assert.match(run(), /^1\.9\.0/);
  });

  it("is linked into the user's directory of commands, over nobody else's", async () => {
    const home = ground.make("user");
    setEnvironment(ground, { HOME: home });
    await writeLauncher(ground.home, install("1.0.0"));
    const link = await linkLauncher(ground.home);
    assert.equal(link, path.join(home, ".local", "bin", "berth"));
    assert.match(execFileSync(link, ["x"], { encoding: "utf8" }), /^1\.0\.0 x/);
    assert.equal(await linkLauncher(ground.home), link);
    rmSync(link);
    writeFileSync(link, "mine");
    await assert.rejects(linkLauncher(ground.home), /another program/);
    assert.equal(readFileSync(link, "utf8"), "mine");
  });

  it("is not written into a home that is not its user's alone", async () => {
    mkdirSync(ground.home, { mode: 0o777, recursive: true });
    execFileSync("chmod", ["777", ground.home]);
    await assert.rejects(
      writeLauncher(ground.home, install("1.0.0")),
      /chmod 700/,
    );
    assert.ok(!existsSync(launcherFile(ground.home)));
  });
});
