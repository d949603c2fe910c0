// What the README says can be typed into a shell is typed into one.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { pidExists } from "../../src/core/system/processIdentity";
import { everything } from "../harness/backends";
import { useGround } from "./support/ground";
import { Serve } from "./support/serve";
import { isFree } from "./support/sockets";

describe("the README's life of a backend in a shell", function () {
  const ground = useGround();
  /** The indented lines below the heading. */
  const lines = (heading: string): string => {
    const [, section = ""] = readFileSync("README.md", "utf8").split(heading);
    const [, block = ""] = /\n\n((?: {4}.*\n|\n)+)/.exec(section) ?? [];
    return block.replaceAll(/^ {4}/gm, "");
  };

  it("is as it says: requested, asked, released, gone", async () => {
    const serve = await Serve.start(ground, {
      everything: {
        command: process.execPath,
        args: [everything, "streamableHttp"],
        env: { PORT: "${port}" },
        url: "http://127.0.0.1:${port}/mcp",
        ready: { timeout: 60 },
        linger: 0,
      },
    });
    const script = lines("### From a shell, or any program");
    assert.match(script, /api \/request-session/);
    const cwd = ground.make("app");
    const { status, stdout, stderr } = spawnSync("sh", ["-e"], {
      input: script,
      cwd,
      env: { ...process.env, BERTH_HOME: ground.home },
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /"serverInfo":\{"name":"mcp-servers\/everything"/);
    assert.match(stdout, /\{"status":"terminated","session_id":"[\w-]+"\}$/);
    const { pid, port, state } = JSON.parse(
      readFileSync(ground.path("app", "session.json"), "utf8"),
    ) as { pid: number; port: number; state: string };
    assert.equal(state, "ready");
    assert.ok(!pidExists(pid));
    assert.ok(await isFree(port));
    const { body } = await serve.ask("GET", "/sessions");
    assert.deepEqual(body["sessions"], []);
  });
});
