// The HTTP API as a program uses it, with `berth serve`.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, symlinkSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { pidExists } from "../../../../src/core/system/processIdentity";
import { until } from "../../../harness/until";
import { useGround } from "../../support/ground";
import { addWorktree, makeRepository } from "../../support/repositories";
import {
  type Answer,
  define,
  fake,
  marked,
  onPort,
  Serve,
} from "../../support/serve";
import { isFree } from "../../support/sockets";

describe("berth serve", function () {
  const ground = useGround();
  const answerOf = async (url: string) =>
    (await (await fetch(url)).json()) as {
      pid: number;
      cwd: string;
      env: Record<string, string>;
    };

  it("gives each worktree a server of its own, shared by all who ask, and ends it with the last", async () => {
    const app = makeRepository(ground.path("app"));
    const feature = addWorktree(app, ground.path("feature"), "feature");
    const serve = await Serve.start(ground, { web: onPort() });
    const [one, two, inner] = await Promise.all([
      serve.request(app),
      serve.request(app, "web"),
      serve.request(ground.make("app", "src")),
    ]);
    const other = await serve.request(feature);
    assert.equal(one.host, "127.0.0.1");
    assert.equal(one.state, "ready");
    assert.equal(one.worktree, app);
    assert.deepEqual(
      [two, inner].map(({ pid, port }) => [pid, port]),
      [
        [one.pid, one.port],
        [one.pid, one.port],
      ],
    );
    assert.equal((await answerOf(one.url)).cwd, app);
    assert.equal((await answerOf(other.url)).cwd, feature);
    assert.notEqual(other.pid, one.pid);
    assert.equal(await serve.release(one.session_id), "released");
    assert.equal(await serve.release(two.session_id), "released");
    assert.ok(pidExists(one.pid));
    assert.equal(await serve.release(inner.session_id), "terminated");
    assert.ok(!pidExists(one.pid));
    assert.ok(await isFree(one.port));
    assert.equal(await serve.release(inner.session_id), "already_gone");
    assert.ok(pidExists(other.pid));
    assert.deepEqual(readdirSync(path.join(ground.home, "backends")), [
      `${other.backend_id}.json`,
    ]);
  });

  it("goes on for the time that the definition says after the last session", async () => {
    const app = ground.make("app");
    const serve = await Serve.start(ground, {
      web: { ...onPort(), linger: 1 },
    });
    const first = await serve.request(app);
    assert.equal(await serve.release(first.session_id), "released");
    const second = await serve.request(app);
    assert.equal(second.pid, first.pid);
    const start = performance.now();
    assert.equal(await serve.release(second.session_id), "released");
    await until("it has ended", () => !pidExists(first.pid));
    assert.ok(performance.now() - start >= 1_000);
  });

  it("ends a session with the process that it names", async () => {
    const serve = await Serve.start(ground, { web: onPort() });
    const holder = spawn("sleep", ["1000"]);
    await once(holder, "spawn");
    ground.defer(() => holder.kill());
    const { pid } = await serve.request(ground.make("app"), "web", holder.pid);
    holder.kill("SIGKILL");
    const start = performance.now();
    await until("it has ended", () => !pidExists(pid));
    assert.ok(performance.now() - start < 4_000);
  });

  it("holds nothing for a requester that has hung up", async () => {
    const app = ground.make("app");
    const serve = await Serve.start(ground, { web: onPort("--delay", "500") });
    const hangUp = new AbortController();
    const asked = serve.ask(
      "POST",
      "/request-session",
      { project_path: app },
      { signal: hangUp.signal },
    );
    const rejected = assert.rejects(asked);
    const { id } = await until("it starts", async () => {
      const { web } = await serve.backends();
      return web?.["state"] === "starting" && web;
    });
    hangUp.abort();
    await rejected;
    await until("nothing runs", () => marked(String(id)).length === 0);
    const { body } = await serve.ask("GET", "/sessions");
    assert.deepEqual(body["sessions"], []);
  });

  it("reads backends.json anew, and runs another definition as another server", async () => {
    const app = ground.make("app");
    const serve = await Serve.start(ground, { web: onPort() });
    const first = await serve.request(app);
    define(ground, { web: { ...onPort(), env: { COLOUR: "blue" } } });
    const second = await serve.request(app);
    assert.notEqual(second.pid, first.pid);
    assert.equal((await answerOf(second.url)).env["COLOUR"], "blue");
    assert.ok(pidExists(first.pid));
  });

  it("answers what it does not grant with a status and one sentence", async () => {
    const app = ground.make("app");
    const serve = await Serve.start(ground, {
      web: onPort(),
      wrong: { command: 3 },
    });
    const path_ = { project_path: app };
    const refused: [string, string, unknown, number, RegExp][] = [
      ["POST", "/request-session", "{", 400, /JSON/],
      ["POST", "/request-session", {}, 400, /project_path/],
      ["POST", "/request-session", { project_path: "app" }, 400, /no folder/],
      [
        "POST",
        "/request-session",
        { project_path: "/no/where" },
        400,
        /no folder/,
      ],
      [
        "POST",
        "/request-session",
        { ...path_, backend: "x" },
        404,
        /There is web\. .*"wrong"/,
      ],
      [
        "POST",
        "/request-session",
        { ...path_, pid: 99_999_999 },
        400,
        /no process/,
      ],
      ["POST", "/request-session", "x".repeat(10 * 1024 * 1024), 413, /larger/],
      ["POST", "/release-session", { session_id: "x" }, 404, /never/],
      ["GET", "/backends/x-1/log", undefined, 404, /no backend x-1/],
      ["GET", "/nothing", undefined, 404, /unknown path/],
    ];
    for (const [method, route, body, status, sentence] of refused) {
      const answer = await serve.ask(method as "GET", route, body);
      assert.equal(answer.status, status, JSON.stringify(answer));
      assert.match(
        String(answer.body["error"] ?? answer.body["text"]),
        sentence,
      );
    }
    const { port, token } = await serve.record();
    const url = `http://127.0.0.1:${port}/health`;
    const authorization = `Bearer ${token}`;
    for (const [headers, status] of [
      [{}, 401],
      [{ authorization: "Bearer wrong" }, 401],
      [{ authorization, origin: "http://localhost" }, 403],
      [{ authorization }, 200],
    ] as const)
      assert.equal((await fetch(url, { headers })).status, status);
    const form = await fetch(`http://127.0.0.1:${port}/request-session`, {
      method: "POST",
      headers: { authorization, "content-type": "text/plain" },
      body: JSON.stringify(path_),
    });
    assert.equal(form.status, 415);
    const put = await fetch(url, { method: "PUT", headers: { authorization } });
    assert.equal(put.status, 405);
  });

  it("says that a body is too large to whoever is still sending it", async () => {
    const serve = await Serve.start(ground, {});
    const body = "x".repeat(10 * 1024 * 1024);
    for (let round = 0; round < 20; round += 1) {
      const { status } = await serve.ask("POST", "/request-session", body);
      assert.equal(status, 413);
    }
  });

  it("takes a path through a link, below a worktree or outside any repository", async () => {
    const app = makeRepository(ground.path("app"));
    const sub = ground.make("app", "src", "deep");
    const plain = ground.make("plain");
    symlinkSync(sub, ground.path("link"));
    const serve = await Serve.start(ground, { web: onPort() });
    const { pid } = await serve.request(app);
    for (const through of [sub, ground.path("link"), `${sub}/../deep/`]) {
      const found = await serve.request(through);
      assert.equal(found.pid, pid);
      assert.equal(found.worktree, app);
    }
    const outside = await serve.request(plain);
    assert.notEqual(outside.pid, pid);
    assert.equal(outside.worktree, plain);
  });

  it("is not held up by requests that never end", async () => {
    const app = ground.make("app");
    const serve = await Serve.start(ground, { web: onPort() });
    const { port, token } = await serve.record();
    for (const begun of [
      "",
      "POST /request-session HTTP/1.1\r\n",
      `POST /request-session HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{"`,
    ])
      for (let count = 0; count < 50; count += 1) {
        const socket = connect(port, "127.0.0.1");
        socket.on("error", () => undefined);
        ground.defer(() => socket.destroy());
        await once(socket, "connect");
        socket.write(begun);
      }
    const { url } = await serve.request(app);
    assert.equal((await fetch(url)).status, 200);
    await serve.end();
  });

  it("listens on the port and writes the log that it is told", async () => {
    const log = ground.path("serve.log");
    const serve = await Serve.start(
      ground,
      {},
      "--port",
      "19321",
      "--log",
      log,
    );
    assert.equal((await serve.record()).port, 19_321);
    await until("its log", async () => {
      const { readFile } = await import("node:fs/promises");
      return /has started/.test(await readFile(log, "utf8"));
    });
  });

  it("says so if its log cannot be written, and serves nothing then", async () => {
    const child = spawn(
      process.execPath,
      [path.resolve("dist/cli.js"), "serve", "--log", ground.path("no", "log")],
      { env: { ...process.env, BERTH_HOME: ground.home } },
    );
    let output = "";
    child.stderr.on("data", (data: Buffer) => (output += data.toString()));
    const [code] = (await once(child, "exit")) as [number];
    assert.equal(code, 1);
    assert.match(output, /^berth: The log \S+ cannot be written: .*ENOENT/);
  });

  it("grants as many sessions as its limit says, and refuses the rest with one sentence", async function () {
    const app = ground.make("app");
    const serve = await Serve.start(ground, { web: onPort() });
    const request = async (): Promise<Answer> => {
      const answer = await serve.ask("POST", "/request-session", {
        project_path: app,
      });
      // On a busy machine not all of a thousand send their headers in time; whoever did not asks again.
      return answer.status === 408 ? request() : answer;
    };
    const answers = await Promise.all(Array.from({ length: 1_000 }, request));
    const counts: Record<number, number> = {};
    for (const { status } of answers)
      counts[status] = (counts[status] ?? 0) + 1;
    assert.deepEqual(counts, { 201: 500, 429: 500 });
  });

  it("leaves nothing when it is told to end", async () => {
    const app = ground.make("app");
    const serve = await Serve.start(ground, {
      web: onPort("--child"),
      quiet: {
        ...fake("--say", "ready"),
        ready: { output: "ready" },
        url: "http://127.0.0.1:1/",
      },
    });
    const { pid, port, backend_id } = await serve.request(app, "web");
    await serve.end();
    assert.ok(!pidExists(pid));
    assert.deepEqual(marked(backend_id), []);
    assert.ok(await isFree(port));
    assert.deepEqual(readdirSync(path.join(ground.home, "backends")), []);
  });
});
