import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { InstanceRecord } from "../../../../src/core/registry/formats";
import {
  describeInstance,
  focusInstance,
  health,
  stopInstance,
} from "../../../../src/core/control/controlClient";
import { PROOF_HEADER, prove } from "../../../../src/core/control/proof";
import { noAnswer, noSuchInstance } from "../../../../src/core/errors";
import { portIsHeldByAnother } from "../../../../src/core/messages/instances";
import { failed } from "../../../../src/core/outcome";
import { until } from "../../../harness/until";
import { Agent } from "../../support/agent";
import { fingerprint, putRecord, recordOf } from "../../support/discoveryFiles";
import { useGround } from "../../support/ground";
import { isFree } from "../../support/sockets";
import { Window } from "../../support/window";
import { statusOf, Wire } from "../../support/wire";

describe("the control API", function () {
  const ground = useGround();
  let window: Window;
  let worktree: string;
  let record: InstanceRecord;
  beforeEach(async () => {
    worktree = ground.make("plain");
    window = ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders: [worktree],
      }),
    );
    record = await window.record();
  });
  const lock = () => path.join(ground.locks, `${record.port}.lock`);
  const call = (method: string, route: string, headers = {}) =>
    fetch(`http://127.0.0.1:${record.port}${route}`, {
      method,
      headers: { authorization: `Bearer ${record.controlToken}`, ...headers },
    });

  it("identifies the instance at GET /berth/health", async () => {
    ground.own(await Agent.connect(record));
    await window.host.setActive(worktree);
    const response = await call("GET", "/berth/health");
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "application/json");
    const body = await response.json();
    assert.deepEqual(body, {
      instanceId: record.instanceId,
      name: "plain",
      worktree,
      pid: record.pid,
      port: record.port,
      clients: 1,
      active: true,
    });
    assert.deepEqual(await health(record), body);
    for (const secret of [record.token, record.controlToken])
      assert.ok(!JSON.stringify(body).includes(secret));
  });

  it("describes the instance and its clients at GET /berth/instance", async () => {
    ground.own(await Agent.connect(record));
    const description = await until(
      "its agent has introduced itself",
      async () => {
        const described = await describeInstance(record);
        return described.clients[0]?.pid != null && described;
      },
    );
    const { clients, memory, ...rest } = description;
    assert.deepEqual(rest, {
      instanceId: record.instanceId,
      name: "plain",
      worktree,
      state: "running",
      warning: null,
      active: false,
      diffs: [],
      backends: [],
    });
    assert.deepEqual(
      clients.map(({ name, version, pid }) => ({ name, version, pid })),
      [{ name: "claude-code", version: "2.1.0", pid: process.pid }],
    );
    assert.ok(memory.rss > memory.heapUsed && memory.heapUsed > 1_000_000);
    for (const secret of [record.token, record.controlToken])
      assert.ok(!JSON.stringify(description).includes(secret));
  });

  it("refuses every request without the control token; only its health is an agent's business too", async () => {
    const routes = [
      ["GET", "/berth/instance"],
      ["POST", "/berth/send"],
      ["POST", "/berth/stop"],
      ["POST", "/berth/focus"],
      ["POST", "/berth/diff"],
      ["POST", "/berth/disconnect"],
      ["POST", "/berth/backends/web/restart"],
      ["GET", "/berth/other"],
    ] as const;
    for (const authorization of [
      "",
      "Bearer",
      "Bearer wrong",
      record.controlToken,
      `Bearer ${record.controlToken.slice(1)}`,
      `Bearer ${record.token}`,
    ])
      for (const [method, route] of routes)
        assert.equal(
          (await call(method, route, { authorization })).status,
          401,
          `${method} ${route}`,
        );
    const healthBy = async (token: string) => {
      const authorization = `Bearer ${token}`;
      return (await call("GET", "/berth/health", { authorization })).status;
    };
    assert.equal(await healthBy(record.token), 200);
    assert.equal(await healthBy(record.controlToken), 200);
    assert.equal(await healthBy("wrong"), 401);
    const mistaken = { ...record, controlToken: "wrong" };
    assert.equal(await health(mistaken), undefined);
    await assert.rejects(stopInstance(mistaken), {
      name: "UserError",
      message: noAnswer("plain", new Error(portIsHeldByAnother)).message,
    });
    assert.ok(existsSync(lock()));
    assert.deepEqual(window.focused, []);
    assert.equal(window.stateOf(worktree), "running");
  });

  it("does not open the agents' protocols with the control token", async () => {
    const { port, controlToken } = record;
    await assert.rejects(Agent.open({ port, token: controlToken }), /401/);
    assert.equal((await call("POST", "/mcp")).status, 401);
  });

  it("is not found in the files of agents", () => {
    const lockText = readFileSync(lock(), "utf8");
    assert.ok(lockText.includes(record.token));
    assert.ok(!lockText.includes(record.controlToken));
    assert.notEqual(record.token, record.controlToken);
    assert.match(record.controlToken, /^[\w-]{43}$/);
  });

  it("proves that it is the instance to whoever asks, and to no web page", async () => {
    const nonce = "n".repeat(43);
    const ask = (query: string, headers = {}, method = "GET") =>
      fetch(`http://127.0.0.1:${record.port}/berth/proof${query}`, {
        method,
        headers,
      });
    const { status, headers } = await ask(`?nonce=${nonce}`);
    assert.equal(status, 204);
    assert.equal(
      headers.get(PROOF_HEADER),
      prove(record.controlToken, record.port, nonce),
    );
    for (const query of ["", "?nonce=", "?nonce=short", `?nonce=${nonce}x`])
      assert.equal((await ask(query)).status, 400, query);
    const origin = "http://127.0.0.1";
    assert.equal((await ask(`?nonce=${nonce}`, { origin })).status, 403);
    assert.equal((await ask(`?nonce=${nonce}`, {}, "POST")).status, 405);
    assert.equal(
      await statusOf(
        record.port,
        `GET /berth/proof?nonce=${nonce} HTTP/1.1\r\nHost: evil.test\r\n\r\n`,
      ),
      403,
    );
  });

  it("closes a connection that asks for nothing else in time", async () => {
    const wire = ground.own(await Wire.open(record.port));
    wire.send(
      `GET /berth/proof?nonce=${"n".repeat(43)} HTTP/1.1\r\nHost: 127.0.0.1:${record.port}\r\n\r\n`,
    );
    assert.equal(await wire.status(), 204);
    await wire.ended();
    assert.match(wire.received, /^HTTP\/1\.1 408 /m);
  });

  it("answers 405 to a wrong method and 404 to an unknown route", async () => {
    for (const [method, route, allow] of [
      ["POST", "/berth/health", "GET"],
      ["POST", "/berth/instance", "GET"],
      ["GET", "/berth/send", "POST"],
      ["GET", "/berth/stop", "POST"],
      ["DELETE", "/berth/stop", "POST"],
      ["GET", "/berth/focus", "POST"],
      ["OPTIONS", "/berth/focus", "POST"],
    ] as const) {
      const response = await call(method, route);
      assert.equal(response.status, 405, `${method} ${route}`);
      assert.equal(response.headers.get("allow"), allow);
    }
    assert.equal((await call("GET", "/berth/other")).status, 404);
    assert.equal((await call("POST", "/berth/stop/")).status, 404);
    assert.equal(window.stateOf(worktree), "running");
  });

  it("does not mistake another instance on the same port for the requested one", async () => {
    const { instanceId } = await recordOf();
    assert.equal(await health({ ...record, instanceId }), undefined);
  });

  it("has removed the files when it answers POST /berth/stop, and frees the port soon after", async () => {
    const agent = ground.own(await Agent.connect(record));
    assert.deepEqual(await (await call("POST", "/berth/stop")).json(), {
      stopped: true,
    });
    assert.ok(!existsSync(lock()));
    assert.deepEqual(fingerprint(path.join(ground.home, "instances")), []);
    assert.equal(await agent.closed(), 1001);
    await until("the port is free", () => isFree(record.port));
    await window.isStopped(worktree, "user");
    assert.equal(window.view(worktree)?.pin, "stopped");
  });

  it("keeps the instance stopped after POST /berth/stop until somebody starts it", async () => {
    await stopInstance(record);
    await until("it is stopped", () => window.stateOf(worktree) === "stopped");
    await window.reconcile();
    await window.reconcile({ settings: { maxClients: 5 } });
    assert.equal(window.stateOf(worktree), "stopped");
    assert.deepEqual(fingerprint(ground.locks), []);
    assert.deepEqual(await window.host.start(worktree), {
      kind: "done",
      value: worktree,
    });
    const again = await window.record();
    assert.equal(again.port, record.port);
    assert.notEqual(again.instanceId, record.instanceId);
  });

  it("leaves no files when POST /berth/stop comes while they are being written", async () => {
    for (let round = 0; round < 12; round += 1) {
      const naming = round % 2 ? "worktree" : "custom";
      const nameTemplate = `name ${round}`;
      const rewritten = window.reconcile({
        settings: { naming, nameTemplate },
      });
      await new Promise((resolve) => setTimeout(resolve, round % 6));
      await stopInstance(await window.record());
      await rewritten;
      await until(
        "it is stopped",
        () => window.stateOf(worktree) === "stopped",
      );
      assert.deepEqual(fingerprint(ground.locks), [], `round ${round}`);
      assert.deepEqual(fingerprint(path.join(ground.home, "instances")), []);
      await window.host.start(worktree);
      await until(
        "it runs again",
        () => window.stateOf(worktree) === "running",
      );
    }
  });

  it("asks the window to show the worktree at POST /berth/focus", async () => {
    await focusInstance(record);
    await until("the window was asked", () => window.focused.length > 0);
    assert.deepEqual(window.focused, [worktree]);
  });

  it("stops another instance by its id, and acts on none that is gone", async () => {
    const unknown = await recordOf({ name: "silent", port: 1 });
    assert.deepEqual(
      await window.host.focusRemote(unknown.instanceId),
      failed(noSuchInstance()),
    );
    putRecord(ground, unknown);
    assert.deepEqual(
      await window.host.focusRemote(unknown.instanceId),
      failed(noAnswer("silent", new Error("connect ECONNREFUSED 127.0.0.1:1"))),
    );
    assert.equal(
      (await window.host.stopRemote(record.instanceId)).kind,
      "done",
    );
    assert.ok(!existsSync(lock()));
  });
});
