import assert from "node:assert/strict";
import type { IncomingMessage, Server } from "node:http";
import type { LogLevel } from "../../../../src/core/log";
import {
  Endpoint,
  type EndpointRoutes,
} from "../../../../src/host/endpoint/endpoint";
import { useGround } from "../../support/ground";
import { freeRange } from "../../support/sockets";
import { handshake, statusOf } from "../../support/wire";

describe("an endpoint", () => {
  const ground = useGround();
  const address = {
    token: "new",
    formerTokens: ["old", "older"],
    controlToken: "control",
  };
  let port: number;
  let lines: { level: LogLevel; message: string }[];
  let failures: number;
  let clock: number;
  /** Opens an endpoint whose routes do this. */
  const open = async (route: (request: IncomingMessage) => Promise<void>) => {
    const write = (level: LogLevel) => (message: string) => {
      lines.push({ level, message });
    };
    const routes: EndpointRoutes = {
      http: new Map([
        [
          "/mcp",
          async (request, response) => {
            await route(request);
            response.end();
          },
        ],
      ]),
      webSocket: new Map([
        ["/", () => Promise.reject(new Error("cannot be loaded"))],
        [
          "/thrown",
          () =>
            Promise.resolve(() => {
              throw new Error("cannot be taken over");
            }),
        ],
      ]),
      admit: () => true,
      onDidFail: () => (failures += 1),
      log: {
        debug: write("debug"),
        info: write("info"),
        warn: write("warn"),
        error: write("error"),
      },
    };
    ({ first: port } = await freeRange(1));
    const endpoint = await Endpoint.open(
      { port, ...address },
      routes,
      () => clock,
    );
    assert.ok(endpoint);
    ground.defer(() => endpoint.close());
  };
  beforeEach(() => {
    lines = [];
    failures = 0;
    clock = 1_000;
  });
  const ask = async (token = address.token, query = "") => {
    const response = await fetch(`http://127.0.0.1:${port}/mcp${query}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
    });
    return response.status;
  };
  const succeed = () => Promise.resolve();

  it("answers 500 to what a route throws, and logs it with method and path alone", async () => {
    await open(() => Promise.reject(new Error("unforeseen")));
    assert.equal(await ask(address.token, "?auth=secret"), 500);
    const [{ level, message } = assert.fail(), ...others] = lines;
    assert.deepEqual([level, others], ["error", []]);
    assert.match(message, /^POST \/mcp failed: Error: unforeseen\n +at /);
    for (const secret of ["secret", ...address.formerTokens, address.token])
      assert.ok(!message.includes(`=${secret}`));
  });

  it("says and logs that a WebSocket route cannot be loaded, or throws", async () => {
    await open(succeed);
    const right = { authorization: `Bearer ${address.token}` };
    assert.equal(await statusOf(port, handshake(port, right)), 500);
    assert.equal(await statusOf(port, handshake(port, right, "/thrown")), 101);
    assert.deepEqual(
      lines.map(({ level, message }) => [level, message.split("\n")[0]]),
      [
        ["error", "GET / failed: Error: cannot be loaded"],
        ["error", "GET /thrown failed: Error: cannot be taken over"],
      ],
    );
    assert.equal(await ask(), 200);
  });

  it("reports that its server has failed while it listens, and ends nothing by that", async () => {
    let server: Server | undefined;
    await open((request) => {
      // Node keeps it there, but does not document it.
      ({ server } = request.socket as unknown as { server: Server });
      return Promise.resolve();
    });
    assert.equal(await ask(), 200);
    assert.ok(server);
    server.emit("error", new Error("accept ENFILE"));
    assert.equal(failures, 1);
    assert.match(
      lines[0]?.message ?? "",
      new RegExp(`^Port ${port} failed: Error: accept ENFILE`),
    );
    assert.equal(lines[0]?.level, "error");
  });

  it("accepts former tokens for 20 seconds", async () => {
    await open(succeed);
    const statuses = () =>
      Promise.all(["new", "old", "older"].map((t) => ask(t)));
    assert.deepEqual(await statuses(), [200, 200, 200]);
    clock += 19_999;
    assert.deepEqual(await statuses(), [200, 200, 200]);
    clock += 1;
    assert.deepEqual(await statuses(), [200, 401, 401]);
    assert.equal(await ask("control"), 401);
  });
});
