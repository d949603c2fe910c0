// How many messages per second one instance answers to 50 clients that send continuously, compared with a bare `ws`
// JSON echo. Both servers run in a worker thread of an idle process; the clients are the same.
import { setTimeout as delay } from "node:timers/promises";
import { median, type Row } from "./row";
import { Child } from "./support/child";
import type { EchoReady } from "./programs/echoProcess";
import { Ground } from "./support/ground";
import type { HostReady, HostSetup } from "./programs/hostProcess";
import { LoadClient } from "./support/loadClient";
import { programs } from "./support/programs";

const CLIENTS = 50;
const ROUNDS = 5;
/** Milliseconds. */
const WARM_UP = 500;
const ROUND = 1_000;

const measured = {
  ping: { message: { method: "ping" }, timesAtLeast: 0.5 },
  getWorkspaceFolders: {
    message: {
      method: "tools/call",
      params: { name: "getWorkspaceFolders", arguments: {} },
    },
    timesAtLeast: 0.35,
  },
};

export async function throughput(): Promise<Row[]> {
  const ground = new Ground();
  const { home, lockDirectory } = ground;
  const host = await Child.start<HostReady>(programs.host, {
    home,
    lockDirectory,
    folders: ground.plainFolders(1),
    mode: "supervisor",
    isBusy: false,
  } satisfies HostSetup);
  const echo = await Child.start<EchoReady>(programs.echo);
  const rows: Row[] = [];
  for (const [name, { message, timesAtLeast }] of Object.entries(measured)) {
    const ours: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      ours.push(await answersPerSecond(host.ready, message));
      bare.push(
        await answersPerSecond(
          { port: echo.ready.webSocket, token: "none" },
          message,
        ),
      );
    }
    rows.push({
      kind: "measured",
      what: `${CLIENTS} clients on one instance, ${name}`,
      unit: "messages/s",
      measured: median(ours),
      reference: {
        what: "bare `ws`, JSON parsed and sent back",
        measured: median(bare),
      },
      budget: { timesAtLeast },
    });
  }
  await echo.dispose();
  await host.dispose();
  await ground.dispose();
  return rows;
}

async function answersPerSecond(
  { port, token }: HostReady,
  message: object,
): Promise<number> {
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, () => LoadClient.connect(port, token)),
  );
  for (const client of clients) {
    await client.request({
      ...{ jsonrpc: "2.0", id: 0, method: "initialize" },
      params: {
        protocolVersion: "2025-11-25",
        capabilities: {},
        clientInfo: { name: "bench", version: "0" },
      },
    });
    client.requestContinuously({ jsonrpc: "2.0", id: 1, ...message });
  }
  const count = (): number =>
    clients.reduce((sum, { answers }) => sum + answers, 0);
  await delay(WARM_UP);
  const [start, before] = [performance.now(), count()];
  await delay(ROUND);
  const rate = ((count() - before) * 1000) / (performance.now() - start);
  for (const client of clients) client.dispose();
  return rate;
}
