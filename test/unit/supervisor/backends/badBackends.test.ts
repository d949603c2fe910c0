// Servers that are missing, broken, slow, loud or hostile: each gets one clear message, and everything else runs on.
import assert from "node:assert/strict";
import {
  chmodSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { pidExists } from "../../../../src/core/system/processIdentity";
import { until } from "../../../harness/until";
import { useGround } from "../../support/ground";
import { define, fake, marked, onPort, Serve } from "../../support/serve";
import { occupy } from "../../support/sockets";

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

  it("writes without end fills no disk and holds up nobody", async function () {
    const app = ground.make("app");
    const serve = await Serve.start(ground, {
      loud: {
        ...onPort("--flood", String(256 * 1024 ** 2)),
        ready: { timeout: 300 },
      },
      good: onPort(),
    });
    const loud = serve.request(app, "loud");
    const logs = path.join(ground.home, "logs");
    const name = await until("it writes", () =>
      readdirSync(logs).find((each) => each.startsWith("loud-")),
    );
    const log = path.join(logs, name);
    const good = await serve.request(app, "good");
    assert.equal((await fetch(good.url)).status, 200);
    await loud;
    const sizes = ["", ".1", ".2"].map((age) => statSync(log + age).size);
    assert.ok(
      sizes.every((size) => size < 3 * 1024 * 1024),
      sizes.join(),
    );
  });

  it("crashes again and again is started again, later each time, and then given up", async () => {
    const app = ground.make("app");
    const serve = await Serve.start(ground, {
      web: onPort("--exit", "3", "--after", "300"),
    });
    await serve.request(app);
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
    // Whoever asks may have it again.
    await serve.request(app);
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
