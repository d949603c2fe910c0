import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import {
  connectionsTo,
  listeningPorts,
} from "../../../../src/core/system/listeningPorts";
import type { System } from "../../../../src/core/system/processIdentity";
import { until } from "../../../harness/until";

describe("the ports that a process listens on", () => {
  const printing = (platform: NodeJS.Platform, output: string): System => ({
    platform,
    hostname: "test",
    read: () => undefined,
    run: () => Promise.resolve(output),
  });

  for (const [host, isLoopback] of [
    ["127.0.0.1", true],
    ["::1", true],
    ["0.0.0.0", false],
    ["::", false],
  ] as const)
    it(`are known, and that other machines reach them or not: ${host}`, async () => {
      const server = createServer();
      server.listen(0, host);
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      const found = await listeningPorts(new Set([process.pid]));
      assert.deepEqual(
        found.filter((each) => each.port === port),
        [{ port, isLoopback }],
      );
      assert.deepEqual(await listeningPorts(new Set([1])), []);
      server.close();
    });

  it("are read from what lsof tells on macOS", async () => {
    const output =
      "p10\nf22\nn127.0.0.1:20001\nf23\nn[::1]:20002\np11\nf8\nn*:3000\n";
    assert.deepEqual(
      await listeningPorts(new Set([10, 11]), printing("darwin", output)),
      [
        { port: 20_001, isLoopback: true },
        { port: 20_002, isLoopback: true },
        { port: 3_000, isLoopback: false },
      ],
    );
  });

  it("are read from what netstat tells on a Windows of any language", async () => {
    const output =
      "  TCP    0.0.0.0:135       0.0.0.0:0     ABH\u00d6REN       10\r\n" +
      "  TCP    127.0.0.1:20001   0.0.0.0:0     ABH\u00d6REN       11\r\n" +
      "  TCP    127.0.0.1:20002   127.0.0.1:5   HERGESTELLT     11\r\n";
    assert.deepEqual(
      await listeningPorts(new Set([11]), printing("win32", output)),
      [{ port: 20_001, isLoopback: true }],
    );
  });

  it("have as many connections as clients", async () => {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    assert.equal(await connectionsTo(port), 0);
    const client = connect(port, "127.0.0.1");
    await once(client, "connect");
    assert.equal(await connectionsTo(port), 1);
    client.destroy();
    await until("it is gone", async () => (await connectionsTo(port)) === 0);
    server.close();
  });

  it("have connections that netstat counts elsewhere", async () => {
    const onMac =
      "tcp4  0  0  127.0.0.1.20001  127.0.0.1.5000  ESTABLISHED\n" +
      "tcp4  0  0  127.0.0.1.5000  127.0.0.1.20001  ESTABLISHED\n" +
      "tcp46 0  0  *.20001  *.*  LISTEN\n";
    assert.equal(await connectionsTo(20_001, printing("darwin", onMac)), 1);
    const onWindows =
      "  TCP    127.0.0.1:20001   0.0.0.0:0        ABH\u00d6REN\r\n" +
      "  TCP    127.0.0.1:20001   127.0.0.1:5000   HERGESTELLT\r\n" +
      "  TCP    127.0.0.1:5000   127.0.0.1:20001   HERGESTELLT\r\n";
    assert.equal(await connectionsTo(20_001, printing("win32", onWindows)), 1);
  });
});
