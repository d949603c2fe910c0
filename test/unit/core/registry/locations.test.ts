import assert from "node:assert/strict";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import {
  berthHome,
  geminiDirectory,
  lockDirectory,
  qwenDirectory,
} from "../../../../src/core/registry/locations";

describe("berthHome", () => {
  const home = homedir();

  it("prefers BERTH_HOME, then an absolute XDG_STATE_HOME", () => {
    const environment = { BERTH_HOME: "/b", XDG_STATE_HOME: "/x" };
    assert.equal(berthHome(environment, "linux"), "/b");
    assert.equal(
      berthHome({ ...environment, BERTH_HOME: "" }, "linux"),
      "/x/berth",
    );
    const relative = { XDG_STATE_HOME: "x" };
    assert.equal(berthHome(relative, "linux"), berthHome({}, "linux"));
  });

  it("has a default of its own on each operating system", () => {
    assert.equal(berthHome({}, "linux"), path.join(home, ".local/state/berth"));
    assert.equal(
      berthHome({}, "darwin"),
      path.join(home, "Library/Application Support/berth"),
    );
    assert.equal(
      berthHome({ LOCALAPPDATA: "/l" }, "win32"),
      path.join("/l", "berth"),
    );
    assert.equal(
      berthHome({}, "win32"),
      path.join(home, "AppData/Local/berth"),
    );
  });
});

describe("lockDirectory", () => {
  it("is inside CLAUDE_CONFIG_DIR if that is set and not empty", () => {
    assert.equal(lockDirectory({ CLAUDE_CONFIG_DIR: "/c" }), "/c/ide");
    const usual = path.join(homedir(), ".claude", "ide");
    assert.equal(lockDirectory({ CLAUDE_CONFIG_DIR: "" }), usual);
    assert.equal(lockDirectory({}), usual);
  });
});

describe("the companion directories", () => {
  it("are in the temporary directory and the home directory", () => {
    assert.equal(geminiDirectory(), path.join(tmpdir(), "gemini", "ide"));
    assert.equal(qwenDirectory(), path.join(homedir(), ".qwen", "ide"));
  });
});
