// Servers that are missing, broken, slow, loud or hostile: each gets one clear message, and everything else runs on.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pidExists } from "../../../../src/core/system/processIdentity";
import { until } from "../../../harness/until";
import { useGround } from "../../support/ground";
import { define, fake, marked, onPort, Serve } from "../../support/serve";
import { isFree, occupy, release } from "../../support/sockets";

const url = "http://127.0.0.1:${port}/";

describe("a backend that", function () {
  const ground = useGround();
  /** The status and the sentence with which a request for it is refused. */
  const refusal = async (definition: unknown) => {
    const app = ground.make("app");
    const serve = await Serve.start(ground, {
      bad: definition,
      good: onPort(),
    });
    const answer = await serve.ask("POST", "/request-session", {
      project_path: app,
      backend: "bad",
    });
    const good = await serve.request(app, "good");
    assert.equal((await fetch(good.url)).status, 200);
    const { bad } = await serve.backends();
    if (bad) assert.deepEqual(marked(String(bad["id"])), []);
    return { status: answer.status, error: String(answer.body["error"]), bad };
  };

  it("is not installed", async () => {
    const { status, error } = await refusal({
      command: "no-such-program",
      url,
    });
    assert.equal(status, 500);
    assert.match(
      error,
      /^bad of app has failed: the command no-such-program was not found/,
    );
  });

  it("may not be executed", async () => {
    const file = ground.path("script.sh");
    writeFileSync(file, "#!/bin/sh\n");
    chmodSync(file, 0o644);
    const { status, error } = await refusal({ command: file, url });
    assert.equal(status, 500);
    assert.match(
      error,
      /was not found\. Install it, or write the absolute path of a program that can be run/,
    );
  });

  for (const code of ["0", "1"])
    it(`ends at once with ${code}`, async () => {
      const { status, error, bad } = await refusal({
        ...fake("--say", "the reason", "--exit", code),
        url,
      });
      assert.equal(status, 500);
      assert.match(
        error,
        new RegExp(`exit code ${code} before it was ready\nthe reason$`),
      );
      assert.equal(bad?.["state"], "failed");
    });

  it("needs a terminal", async () => {
    const { status, error } = await refusal({
      command: "/bin/sh",
      args: ["-c", "read -r answer </dev/tty"],
      url,
    });
    assert.equal(status, 500);
    assert.match(error, /^bad of app has failed: it ended .*\n.*\/dev\/tty/);
  });

  it("is never ready", async () => {
    const { status, error } = await refusal({
      ...fake("--say", "thinking"),
      url,
      ready: { timeout: 1 },
    });
    assert.equal(status, 504);
    assert.match(error, /not ready within 1 s: nobody answers on its port/);
  });

  it("needs a folder that does not exist", async () => {
    const { error } = await refusal({
      ...onPort(),
      cwd: "${worktree}/no/such",
    });
    assert.match(error, /its folder .*no\/such does not exist/);
  });

  it("listens on another port than it was given", async () => {
    const { status, error } = await refusal({
      ...fake("--port", "19333"),
      url,
      ready: { timeout: 1 },
    });
    assert.equal(status, 504);
    assert.match(
      error,
      /nobody answers on its port|it listens on port 19333 instead of/,
    );
  });

  it("finds its port taken by another program that answers there", async () => {
    await occupy(ground, 19_334);
    const { status, error } = await refusal({
      ...fake("--say", "hello"),
      url: "http://127.0.0.1:19334/",
      ready: { tcp: true, timeout: 1 },
    });
    assert.equal(status, 504);
    assert.match(error, /another program answers on its port 19334/);
  });

  it("finds its port taken by another user, who is sent nothing", async () => {
    const listener =
      "require('net').createServer((socket) => socket.on('data', (data) => console.log(String(data))).on('error', () => {})).listen(19336, '127.0.0.1', () => console.log('it listens'))";
    const other = spawn(process.execPath, ["-e", listener], {
      uid: 65_534,
      gid: 65_534,
      cwd: "/",
    });
    ground.defer(() => other.kill());
    let said = "";
    other.stdout.on("data", (data: Buffer) => (said += data.toString()));
    await until("it listens", () => said !== "");
    const { status, error } = await refusal({
      ...fake("--say", "hello"),
      url: "http://127.0.0.1:19336/",
      headers: { authorization: "Bearer secret" },
      ready: { timeout: 1 },
    });
    assert.equal(status, 504);
    assert.match(error, /another program answers on its port 19336/);
    assert.equal(said, "it listens\n");
  });

  for (const [what, text] of [
    ["garbage", "port 80"],
    ["half a number", "1"],
    ["nothing", ""],
    ["the port of another program", "19335"],
  ] as const)
    it(`writes ${what} into its port file`, async () => {
      await occupy(ground, 19_335);
      const { status, error } = await refusal({
        ...fake("--port-file", "${portFile}", "--port-text", text),
        url,
        ready: { timeout: 1 },
      });
      assert.equal(status, 504);
      assert.match(error, /not ready within 1 s/);
    });

  for (const [what, script] of [
    ["a named pipe", 'mkfifo "$1"'],
    ["a link", 'echo 19337 >"$1.it"; ln -s "$1.it" "$1"'],
    ["a folder", 'mkdir "$1"'],
    ["a large file", 'printf "%-100s" 19337 >"$1"'],
  ] as const)
    it(`makes ${what} of its port file`, async () => {
      const { command, args } = fake("--port", "19337");
      const { status, error } = await refusal({
        command: "/bin/sh",
        args: [
          ...["-c", `${script}; shift; exec "$@"`, "sh", "${portFile}"],
          ...[command, ...args],
        ],
        url,
        ready: { timeout: 1 },
      });
      assert.equal(status, 504);
      assert.match(error, /not ready within 1 s/);
      const left = readdirSync(path.join(ground.home, "backends"));
      assert.ok(!left.some((name) => name.endsWith(".port")), left.join());
    });

  it("has a variable that is not set", async () => {
    const unset = await refusal({ ...onPort("${env:BERTH_TEST_NOT_SET}") });
    assert.match(unset.error, /BERTH_TEST_NOT_SET is not set/);
  });

  it("has a variable that nobody knows", async () => {
    const unknown = await refusal({ ...onPort("${prot}") });
    assert.equal(unknown.status, 404);
    assert.match(unknown.error, /nobody knows \$\{prot\}/);
  });

  it("answers 403, or listens for other machines, is used and said to", async () => {
    const app = ground.make("app");
    const serve = await Serve.start(ground, {
      shy: onPort("--status", "403"),
      wide: onPort("--host", "0.0.0.0"),
    });
    assert.match(
      String((await serve.request(app, "shy")).warning),
      /answers 403 at \//,
    );
    assert.match(
      String((await serve.request(app, "wide")).warning),
      /every network interface/,
    );
  });

  it("is told a port that is taken before it binds gets the next", async () => {
    const app = ground.make("app");
    const serve = await Serve.start(ground, { web: onPort() });
    const first = await serve.request(app);
    await serve.release(first.session_id);
    // Listens for the first start only, as a thief between choice and bind.
    define(ground, {
      web: {
        ...onPort(),
        command: "/bin/sh",
        args: [
          "-c",
          `[ -e "$1" ] || { : > "$1"; echo "listen EADDRINUSE: address already in use"; exit 1; }; shift; exec "$@"`,
          "sh",
          ground.path("stolen"),
          ...[onPort().command, ...onPort().args],
        ],
      },
    });
    const second = await serve.request(app);
    assert.equal((await fetch(second.url)).status, 200);
    const log = await serve.ask("GET", `/backends/${second.backend_id}/log`);
    assert.match(
      String(log.body["text"]),
      /is taken: it is started on another one/,
    );
  });

  it("crashes again and again is started again, later each time, and then given up", async () => {
    const app = ground.make("app");
    const serve = await Serve.start(ground, {
      web: onPort("--exit", "3", "--after", "300"),
    });
    const { session_id } = await serve.request(app);
    const state = async () => (await serve.backends())["web"];
    await until(
      "it waits for its next start",
      async () => (await state())?.["state"] === "backoff",
    );
    const failed = await until("it is given up", async () => {
      const found = await state();
      return found?.["state"] === "failed" && found;
    });
    assert.match(String(failed["reason"]), /exit code 3/);
    // It was the last session, and nothing is left.
    assert.equal(await serve.release(session_id), "terminated");
    // Whoever asks may have it again.
    await serve.request(app);
  });

  it("leaves its port to another program is not called ended before that is free", async () => {
    const app = ground.make("app");
    const serve = await Serve.start(ground, { web: onPort("--deaf") });
    const { pid, port, session_id, backend_id } = await serve.request(app);
    process.kill(pid, "SIGUSR2");
    await until("its port is free", () => isFree(port));
    const other = await occupy(ground, port);
    assert.equal(await serve.release(session_id), "released");
    assert.ok(!pidExists(pid));
    const stop = () => serve.ask("POST", `/backends/${backend_id}/stop`);
    for (const { body } of [await stop(), await stop()]) {
      assert.equal(body["state"], "failed");
      assert.match(String(body["reason"]), /another program holds its port/);
    }
    await release(other);
    assert.equal((await stop()).body["state"], "stopped");
  });

  it("deletes its own folder is stopped", async () => {
    const app = ground.make("app");
    const serve = await Serve.start(ground, { web: onPort() });
    const { pid } = await serve.request(app);
    rmSync(app, { recursive: true });
    const start = performance.now();
    await until("it has ended", () => !pidExists(pid));
    assert.ok(performance.now() - start < 4_000);
  });
});
