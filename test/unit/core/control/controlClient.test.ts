import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import {
  describeInstance,
  focusInstance,
  health,
  sendTo,
  stopInstance,
} from "../../../../src/core/control/controlClient";
import { PROOF_HEADER, prove } from "../../../../src/core/control/proof";
import { noAnswer } from "../../../../src/core/errors";
import { portIsHeldByAnother } from "../../../../src/core/messages/instances";
import { Child } from "../../support/children";
import { recordOf } from "../../support/discoveryFiles";
import { needsRoot, useGround } from "../../support/ground";
import { freeRange } from "../../support/sockets";

describe("the client of the control API", () => {
  const ground = useGround();

  it("sends no token to another user who has taken the port of an instance", async function () {
    needsRoot(this);
    const { first: port } = await freeRange(1);
    const record = await recordOf({
      port,
      token: "t".repeat(43),
      controlToken: "c".repeat(43),
    });
    const file = ground.path("received");
    const answer = `HTTP/1.1 204 OK\r\n${PROOF_HEADER}: ${"p".repeat(43)}\r\n\r\n`;
    assert.ok(await new Child(ground, "squat", port, file, answer).run());
    assert.equal(await health(record), undefined);
    const { message } = noAnswer(record.name, new Error(portIsHeldByAnother));
    for (const act of [stopInstance, focusInstance, describeInstance])
      await assert.rejects(act(record), { message });
    await assert.rejects(sendTo(record, { file: "/secret-path" }), { message });
    const received = readFileSync(file, "latin1");
    assert.equal(received.match(/^GET /gm)?.length, 5);
    for (const secret of [record.token, record.controlToken, "secret-path"])
      assert.ok(!received.includes(secret), received);
  });

  it("sends its token only over the connection whose other end has proved itself", async () => {
    const controlToken = "c".repeat(43);
    const authorized: unknown[] = [];
    let connections = 0;
    const server = createServer((request, response) => {
      authorized.push(request.headers.authorization);
      const nonce = /nonce=(.*)$/.exec(request.url ?? "")?.[1] ?? "";
      const { port } = server.address() as AddressInfo;
      response.writeHead(204, {
        [PROOF_HEADER]: prove(controlToken, port, nonce),
        connection: "close",
      });
      response.end();
    });
    server.on("connection", () => (connections += 1));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    ground.defer(() => server.close());
    const { port } = server.address() as AddressInfo;
    const record = await recordOf({ port, controlToken });
    await assert.rejects(stopInstance(record), { name: "UserError" });
    assert.deepEqual(authorized, [undefined]);
    assert.ok(connections >= 1);
  });

  it("takes no proof of an instance on another port", () => {
    assert.notEqual(prove("token", 20_001, "n"), prove("token", 20_002, "n"));
    assert.notEqual(prove("token", 20_001, "n"), prove("tokem", 20_001, "n"));
    assert.notEqual(prove("token", 20_001, "n"), prove("token", 20_001, "m"));
  });
});
