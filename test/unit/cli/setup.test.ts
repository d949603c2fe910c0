import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { parse } from "jsonc-parser";
import { berth } from "../support/berth";
import { useGround } from "../support/ground";

describe("berth setup", () => {
  const ground = useGround();
  const setup = (
    args: readonly string[],
    env: Readonly<Record<string, string | undefined>> = {},
  ) =>
    berth(ground, ["setup", ...args], {
      env: {
        HOME: ground.make("user"),
        XDG_CONFIG_HOME: undefined,
        COPILOT_HOME: undefined,
        PATH: ground.make("bin"),
        ...env,
      },
    });

  /** A program that writes down its arguments, and exits with that code. */
  const program = (name: string, code = 0) => {
    const log = ground.path(`${name}.log`);
    writeFileSync(
      path.join(ground.make("bin"), name),
      `#!/bin/sh\nprintf '%s\\n' "$@" > "${log}"\necho "says no" >&2\nexit ${code}\n`,
      { mode: 0o755 },
    );
    return () => readFileSync(log, "utf8").trimEnd().split("\n");
  };

  const line = ["connect"];

  it("uses the client's own command where it has one", async () => {
    const cases: [string, string[], string[]][] = [
      [
        "claude",
        ["mcp", "add", "--scope", "user", "berth", "--"],
        ["mcp", "remove", "--scope", "user", "berth"],
      ],
      ["codex", ["mcp", "add", "berth", "--"], ["mcp", "remove", "berth"]],
      [
        "gemini",
        ["mcp", "add", "--scope", "user", "berth"],
        ["mcp", "remove", "--scope", "user", "berth"],
      ],
      [
        "qwen",
        ["mcp", "add", "--scope", "user", "berth"],
        ["mcp", "remove", "--scope", "user", "berth"],
      ],
    ];
    program("berth");
    for (const [client, add, remove] of cases) {
      const written = program(client);
      const added = await setup([client, "--yes"]);
      assert.equal(added.code, 0, added.stderr);
      assert.deepEqual(written(), [...add, "berth", ...line]);
      const removed = await setup([client, "--remove", "--yes"]);
      assert.equal(removed.code, 0, removed.stderr);
      assert.deepEqual(written(), remove);
    }
  });

  it("shows the line and runs nothing with --print, or without consent", async () => {
    program("berth");
    program("claude");
    const shown = await setup(["claude", "--print"]);
    assert.equal(shown.code, 0);
    assert.equal(
      shown.stdout,
      "claude mcp add --scope user berth -- berth connect\n",
    );
    const unasked = await setup(["claude"]);
    assert.equal(unasked.code, 1);
    assert.match(unasked.stderr, /setup claude --yes/);
    assert.ok(!existsSync(ground.path("claude.log")));
  });

  it("says what the client's command says when it refuses, and that there is none", async () => {
    program("berth");
    program("codex", 3);
    const refused = await setup(["codex", "--yes"]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /Codex did not take it: says no/);
    const missing = await setup(["gemini", "--yes"]);
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /no gemini on the PATH/);
  });

  it("edits the file of a client that has no command, keeps all else, and leaves a copy", async () => {
    program("berth");
    const file = ground.path("user", ".config", "zed", "settings.json");
    mkdirSync(path.dirname(file), { recursive: true });
    const before = `// my settings
{
\t"theme": "One Dark", // dark
\t"context_servers": {
\t\t"mine": { "command": "x" },
\t},
}
`;
    writeFileSync(file, before, { mode: 0o640 });
    const added = await setup(["zed", "--yes"]);
    assert.equal(added.code, 0, added.stderr);
    const after = readFileSync(file, "utf8");
    for (const kept of [
      "// my settings",
      "// dark",
      `"mine": { "command": "x" }`,
    ])
      assert.ok(after.includes(kept), after);
    const { context_servers: servers } = parse(after) as {
      context_servers: Record<string, { command: string; args: string[] }>;
    };
    assert.equal(servers["berth"]?.command, "berth");
    assert.deepEqual(servers["berth"].args, line);
    assert.equal(statSync(file).mode & 0o777, 0o640);
    assert.equal(readFileSync(`${file}.before-berth`, "utf8"), before);
    const again = await setup(["zed", "--yes"]);
    assert.match(again.stderr, /has that line already/);
    const removed = await setup(["zed", "--remove", "--yes"]);
    assert.equal(removed.code, 0, removed.stderr);
    assert.ok(!readFileSync(file, "utf8").includes("berth"));
    const none = await setup(["zed", "--remove", "--yes"]);
    assert.match(none.stderr, /has no such line/);
  });

  it("makes the file where there is none, for its user alone, and follows a link to it", async () => {
    program("berth");
    const files: Record<string, string> = {
      copilot: "user/.copilot/mcp-config.json",
      opencode: "user/.config/opencode/opencode.json",
      cursor: "user/.cursor/mcp.json",
      vscode: ".vscode/mcp.json",
    };
    const dotfiles = ground.make("dotfiles");
    writeFileSync(path.join(dotfiles, "mcp.json"), "");
    mkdirSync(ground.path("user", ".cursor"), { recursive: true });
    symlinkSync(
      path.join(dotfiles, "mcp.json"),
      ground.path("user", ".cursor", "mcp.json"),
    );
    for (const [client, file] of Object.entries(files)) {
      const { code, stderr } = await setup([client, "--yes"]);
      assert.equal(code, 0, stderr);
      const target = ground.path(...file.split("/"));
      assert.match(readFileSync(target, "utf8"), /"connect"/);
      if (client !== "cursor")
        assert.equal(statSync(target).mode & 0o777, 0o600);
    }
    assert.match(
      readFileSync(path.join(dotfiles, "mcp.json"), "utf8"),
      /"connect"/,
    );
  });

  it("takes away its own entry, one comma and nothing of others", async () => {
    program("berth");
    const file = ground.path("user", ".cursor", "mcp.json");
    mkdirSync(path.dirname(file), { recursive: true });
    const entry = `"berth": { "command": "old" }`;
    const other = `"other": { "command": "x" }`;
    const cases: [string, string][] = [
      [`{ "mcpServers": { ${entry} } }`, `{ "mcpServers": { } }`],
      [`{ "mcpServers": { ${entry}, } }`, `{ "mcpServers": { } }`],
      [
        `{ "mcpServers": { ${other}, ${entry} } }`,
        `{ "mcpServers": { ${other} } }`,
      ],
      [
        `{ "mcpServers": { ${entry}, /* mine */ ${other} } }`,
        `{ "mcpServers": { /* mine */ ${other} } }`,
      ],
      [
        `{ "mcpServers": {\n    ${other}, // mine, too\n    ${entry}\n  } }`,
        `{ "mcpServers": {\n    ${other} // mine, too\n  } }`,
      ],
    ];
    const squeezed = (text: string) => text.replaceAll(/[ \t]+/g, " ");
    for (const [before, after] of cases) {
      writeFileSync(file, before);
      const { code, stderr } = await setup(["cursor", "--remove", "--yes"]);
      assert.equal(code, 0, stderr);
      assert.equal(squeezed(readFileSync(file, "utf8")), squeezed(after));
    }
    rmSync(file);
    const none = await setup(["cursor", "--remove", "--yes"]);
    assert.match(none.stderr, /has no such line/);
    assert.ok(!existsSync(file));
  });

  it("leaves a file alone that it does not understand", async () => {
    program("berth");
    const file = ground.path("user", ".cursor", "mcp.json");
    mkdirSync(path.dirname(file), { recursive: true });
    for (const content of [
      "{ broken",
      "[]",
      '{ "mcpServers": null }',
      '{ "mcpServers": [] }',
    ]) {
      writeFileSync(file, content);
      const { code, stderr } = await setup(["cursor", "--yes"]);
      assert.equal(code, 1);
      assert.match(stderr, /nothing was changed/);
      assert.equal(readFileSync(file, "utf8"), content);
    }
  });

  it("names the launcher where berth is not on the PATH", async () => {
    const launcher = path.join(ground.make("home", "bin"), "berth");
    writeFileSync(launcher, "#!/bin/sh\n", { mode: 0o755 });
    const { stdout } = await setup(["claude", "--print"]);
    assert.ok(stdout.includes(`-- ${launcher} connect`), stdout);
  });
});
