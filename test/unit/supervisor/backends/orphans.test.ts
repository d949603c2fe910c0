// Nothing of a backend outlives its end, however it and whoever runs it have died. Counted in the process list.
import assert from "node:assert/strict";
import { pidExists } from "../../../../src/core/system/processIdentity";
import { until } from "../../../harness/until";
import { useGround } from "../../support/ground";
import { type Granted, marked, onPort, Serve } from "../../support/serve";
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
