import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Server } from "node:http";
import { health } from "../../../../src/core/control/controlClient";
import { Records } from "../../../../src/core/registry/records";
import { InstanceHost } from "../../../../src/host/reconcile/instanceHost";
import { until } from "../../../harness/until";
import { useGround } from "../../support/ground";
import { attachHere, desiredHere } from "../../support/hostHere";

describe("an instance whose server fails while it listens", () => {
  const ground = useGround();

  it("is logged and started again on its port, and its host lives on", async () => {
    const worktree = ground.make("plain");
    const errors: string[] = [];
    // In this process, where the server can be reached.
    const host = await InstanceHost.start({
      home: ground.home,
      version: "0.0.0-test",
      backends: {
        of: () => [],
        areUsed: () => false,
        restart: () => Promise.resolve(),
      },
      onDidChange: () => undefined,
      log: {
        debug: () => undefined,
        info: () => undefined,
        warn: () => undefined,
        error: (message) => errors.push(message),
      },
    });
    ground.defer(() => host.shutDown());
    await attachHere(host, ground, {}).reconcile({
      ...desiredHere,
      folders: [{ name: "plain", path: worktree }],
    });
    const records = new Records(`${ground.home}/instances`);
    const current = () =>
      until("its record", async () => (await records.readAll())[0]);
    const before = await current();
    const servers = new Set<Server>();
    const note = (message: unknown) => {
      servers.add((message as { server: Server }).server);
    };
    subscribe("http.server.request.start", note);
    assert.ok(await health(before));
    unsubscribe("http.server.request.start", note);
    assert.equal(servers.size, 1);
    for (const server of servers)
      server.emit("error", new Error("accept ENFILE"));
    const after = await until("its successor answers", async () => {
      const record = await current();
      return (
        record.instanceId !== before.instanceId &&
        (await health(record)) &&
        record
      );
    });
    assert.deepEqual([after.port, after.token], [before.port, before.token]);
    assert.notEqual(after.controlToken, before.controlToken);
    assert.equal(errors.length, 1);
    assert.match(errors[0] ?? "", /^\[plain\] Port \d+ failed: .*ENFILE/);
  });
});
