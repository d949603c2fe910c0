// Nothing of a backend outlives its end, however it and whoever runs it have died. Counted in the process list.
import assert from "node:assert/strict";
import { pidExists } from "../../../../src/core/system/processIdentity";
import { until } from "../../../harness/until";
import { useGround } from "../../support/ground";
import { fake, type Granted, marked, onPort, Serve } from "../../support/serve";
import { isFree } from "../../support/sockets";

const wicked = {
  "ignores SIGTERM": ["--ignore-term"],
  "has forked": ["--child"],
  "has forked into a session of its own": ["--daemon"],
  "does all of that": ["--ignore-term", "--child", "--daemon"],
};

describe("nothing is left of a backend that", function () {
  const ground = useGround();
  const run = async (args: readonly string[]) => {
    const serve = await Serve.start(ground, { web: onPort(...args) });
    const granted = await serve.request(ground.make("app"));
    const count = 1 + args.filter((arg) => arg !== "--ignore-term").length;
    await until(
      "all of its processes run",
      () => marked(granted.backend_id).length === count,
    );
    return { serve, ...granted };
  };
  const isGone = async ({ backend_id, port }: Granted) => {
    assert.deepEqual(marked(backend_id), []);
    assert.ok(await isFree(port));
  };
  const becomesGone = async ({ backend_id, port }: Granted) => {
    await until(
      "nothing is left",
      async () => marked(backend_id).length === 0 && (await isFree(port)),
    );
  };

  for (const [what, args] of Object.entries(wicked)) {
    it(`${what}, when it is released`, async () => {
      const { serve, ...granted } = await run(args);
      assert.equal(await serve.release(granted.session_id), "terminated");
      await isGone(granted);
    });

    it(`${what}, when its first process is killed`, async () => {
      const { serve, ...granted } = await run(args);
      process.kill(granted.pid, "SIGKILL");
      const next = await until("it runs again", async () => {
        const { web } = await serve.backends();
        return web?.["state"] === "ready" && web["pid"] !== granted.pid && web;
      });
      assert.equal(next["port"], granted.port);
      await serve.release(granted.session_id);
      await isGone(granted);
    });

    it(`${what}, when its supervisor is killed`, async () => {
      const { serve, ...granted } = await run(args);
      process.kill(serve.pid, "SIGKILL");
      await becomesGone(granted);
    });
  }

  it("runs while its supervisor is killed and another one comes", async () => {
    const { serve, ...granted } = await run(["--daemon"]);
    process.kill(serve.pid, "SIGKILL");
    const next = await Serve.start(ground, { web: onPort("--daemon") });
    const again = await next.request(ground.path("app"));
    assert.equal(again.backend_id, granted.backend_id);
    assert.ok(!pidExists(granted.pid));
    assert.equal(marked(again.backend_id).length, 2);
  });

  it("ends at once, when the supervisor is killed, and does not end its successor later", async () => {
    const { serve, ...granted } = await run([]);
    process.kill(serve.pid, "SIGKILL");
    const next = await Serve.start(ground, { web: onPort() });
    const again = await next.request(ground.path("app"));
    assert.equal(again.backend_id, granted.backend_id);
    // Longer than the guard of the first waits before it kills.
    const end = performance.now() + 4_000;
    await until("its time is over", () => {
      assert.ok(pidExists(again.pid));
      return performance.now() > end;
    });
  });

  for (const [kind, definition] of Object.entries({
    output: {
      ...fake("--say", "never"),
      url: "http://127.0.0.1:${port}/",
      ready: { output: "up", timeout: 600 },
    },
    stdio: {
      command: "sleep",
      args: ["1000"],
      linger: 0,
      ready: { timeout: 600 },
    },
  }))
    it(`is not wanted any more in any moment of its start: ${kind}`, async () => {
      const app = ground.make("app");
      const serve = await Serve.start(ground, {
        slow: definition,
        web: onPort(),
      });
      for (let wait = 0; wait < 60; wait += 5) {
        const hangUp = new AbortController();
        const asked = serve
          .ask(
            "POST",
            "/request-session",
            { project_path: app, backend: "slow" },
            { signal: hangUp.signal },
          )
          .catch(() => undefined);
        setTimeout(() => {
          hangUp.abort();
        }, wait);
        await asked;
      }
      // The queue has its places back.
      const others = await Promise.all(
        [1, 2, 3].map((index) =>
          serve.request(ground.make(`app-${index}`), "web"),
        ),
      );
      assert.equal(others.length, 3);
      const { slow } = await serve.backends();
      await until(
        "nothing runs",
        () => !slow || marked(String(slow["id"])).length === 0,
      );
    });

  it("is stopped while it starts", async () => {
    const serve = await Serve.start(ground, {
      web: onPort("--delay", "600000", "--daemon"),
    });
    const asked = serve.ask("POST", "/request-session", {
      project_path: ground.make("app"),
    });
    const { id } = await until("it starts", async () => {
      const { web } = await serve.backends();
      return web && marked(String(web["id"])).length === 2 && web;
    });
    const { body } = await serve.ask("POST", `/backends/${String(id)}/stop`);
    assert.equal(body["state"], "stopped");
    assert.equal((await asked).status, 409);
    assert.deepEqual(marked(String(id)), []);
  });
});
