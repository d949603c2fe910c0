import assert from "node:assert/strict";
import { createServer } from "node:net";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { rangeIsFull } from "../../../../src/core/errors";
import {
  DEFAULT_PORT_RANGE,
  listen,
  parsePortRange,
  portsFor,
} from "../../../../src/core/system/ports";
import { Child } from "../../support/children";
import { needsRoot, useGround } from "../../support/ground";
import { freeRange, occupy, release } from "../../support/sockets";

const port = fc.integer({ min: 1_024, max: 65_535 });

describe("parsePortRange", () => {
  it("reads two ports in ascending order", () => {
    fc.assert(
      fc.property(port, port, (a, b) => {
        const [first, last] = [Math.min(a, b), Math.max(a, b)];
        assert.deepEqual(parsePortRange(` ${first} - ${last} `), {
          first,
          last,
        });
      }),
    );
  });

  for (const wrong of [
    "",
    "20000",
    "20000-",
    "-20000",
    "20001-20000",
    "1023-2000",
    "2000-65536",
    "2000-99999999",
    "1e4-2e4",
    "0x2000-0x3000",
    "20000–29999",
    "2000-3000-4000",
    "a-b",
  ])
    it(`refuses "${wrong}"`, () => {
      assert.equal(parsePortRange(wrong), undefined);
    });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parsePortRange(text);
      }),
    );
  });
});

describe("portsFor", () => {
  it("yields every port of the range exactly once, in the same order for the same key", () => {
    fc.assert(
      fc.property(
        fc.string(),
        port,
        fc.integer({ min: 0, max: 300 }),
        (key, first, more) => {
          const range = { first, last: Math.min(first + more, 65_535) };
          const ports = [...portsFor(key, range)];
          assert.equal(ports.length, range.last - range.first + 1);
          assert.equal(new Set(ports).size, ports.length);
          assert.ok(ports.every((one) => one >= first && one <= range.last));
          assert.deepEqual([...portsFor(key, range)], ports);
        },
      ),
    );
  });

  it("starts at a different port for another key", () => {
    const range = { first: 20_000, last: 29_999 };
    const firsts = Array.from({ length: 100 }, (_, index) => {
      const [first] = portsFor(`/worktree/${index}`, range);
      return first;
    });
    assert.ok(new Set(firsts).size > 90);
  });
});

describe("listen", () => {
  const ground = useGround();

  it("binds the loopback address only", async () => {
    const { first } = await freeRange(1);
    const server = await occupy(ground, first);
    assert.deepEqual(server.address(), {
      address: "127.0.0.1",
      family: "IPv4",
      port: first,
    });
  });

  it("returns false for a port that is taken, and leaves the server usable for the next one", async () => {
    const { first, last } = await freeRange(2);
    await occupy(ground, first);
    const server = createServer();
    assert.equal(await listen(server, first), false);
    assert.equal(await listen(server, last), true);
    await release(server);
  });

  it("returns false for a port that we may not bind", async function () {
    needsRoot(this);
    const first = readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    if (Number(first) === 0) {
      this.runnable().title +=
        " (skipped: this kernel lets every user bind any port)";
      this.skip();
    }
    const child = new Child(ground, "asNobody", 783);
    assert.equal((await child.run()).hasBound, false);
  });

  it("throws any other error", async () => {
    const server = createServer();
    await assert.rejects(listen(server, 70_000), {
      code: "ERR_SOCKET_BAD_PORT",
    });
  });
});

describe("many processes that start at once", function () {
  const ground = useGround();

  it("get a different port each", async () => {
    const range = await freeRange(60);
    const children = Array.from(
      { length: 50 },
      // Every tenth is another window on the first worktree, with the same order of ports.
      (_, index) =>
        new Child(ground, "choosePort", `/wt/${index % 10 && index}`, range),
    );
    for (const child of children) await child.ready();
    for (const child of children) child.go();
    const ports = await Promise.all(children.map((child) => child.answer()));
    assert.equal(new Set(ports).size, 50);
    assert.ok(
      ports.every(
        (one) =>
          typeof one === "number" && one >= range.first && one <= range.last,
      ),
      String(ports),
    );
  });

  it("get an error that says so once the range is full", async () => {
    const range = await freeRange(3);
    const children = [1, 2, 3, 4, 5].map(
      (index) => new Child(ground, "choosePort", `/wt/${index}`, range),
    );
    const answers = await Promise.all(children.map((child) => child.run()));
    assert.deepEqual(answers.filter((one) => typeof one === "number").sort(), [
      range.first,
      range.first + 1,
      range.last,
    ]);
    const { message } = rangeIsFull(`${range.first}-${range.last}`);
    assert.deepEqual(
      answers.filter((one) => typeof one === "string"),
      [message, message],
    );
  });
});

describe("the range of ports where no window says another", () => {
  it("is the default of the setting", () => {
    const { contributes } = JSON.parse(
      readFileSync("package.json", "utf8"),
    ) as {
      contributes: {
        configuration: { properties: Record<string, { default: string }> };
      };
    };
    assert.deepEqual(
      parsePortRange(
        contributes.configuration.properties["berth.portRange"]?.default ?? "",
      ),
      DEFAULT_PORT_RANGE,
    );
  });
});
