// How long a client waits: idle, compared with a raw TCP echo; and with the extension host's main thread blocked 200 of
// every 250 ms, compared with the same code in that thread.
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { median, percentile, type Row } from "./row";
import { Child } from "./support/child";
import type { EchoReady } from "./programs/echoProcess";
import { Ground } from "./support/ground";
import type { HostReady, HostSetup } from "./programs/hostProcess";
import { programs } from "./support/programs";
import { RpcClient } from "./support/rpcClient";

const ROUNDS = 8;
const ROUND_TRIPS = 1_000;
/** Milliseconds. */
const CALL_EVERY = 20;
const OPEN_LOOP = 10_000;

const calls = {
  ping: ["ping"],
  getWorkspaceFolders: ["tools/call", { name: "getWorkspaceFolders" }],
  getCurrentSelection: ["tools/call", { name: "getCurrentSelection" }],
} as const;

type Times = Readonly<Record<keyof typeof calls, readonly number[]>>;

export async function latency(): Promise<Row[]> {
  const idle = await measureIdle();
  const worker = await measureBusy("supervisor");
  const inProcess = await measureBusy("inProcess");
  const busy = (Object.keys(calls) as (keyof typeof calls)[]).flatMap((name) =>
    ([50, 99] as const).map((percent): Row => ({
      kind: "measured",
      what: `${name}, one call every ${CALL_EVERY} ms, extension host blocked 200 of 250 ms, p${percent}`,
      unit: "ms",
      measured: percentile(worker[name], percent),
      reference: {
        what: "the same code in-process",
        measured: percentile(inProcess[name], percent),
      },
      budget: { atMost: percent === 50 ? 1 : 6 },
    })),
  );
  return [idle, ...busy];
}

async function measureIdle(): Promise<Row> {
  const echo = await Child.start<EchoReady>(programs.echo);
  const tcp = await TcpEcho.connect(echo.ready.tcp);
  const times: { ours: number[]; echo: number[] } = { ours: [], echo: [] };
  await withHost("supervisor", false, async (endpoint) => {
    const client = await RpcClient.connect(endpoint);
    // Interleaved, so that other load affects both alike; the first round is the warm-up.
    for (let round = 0; round <= ROUNDS; round += 1)
      for (let trip = 0; trip < 2 * ROUND_TRIPS; trip += 1) {
        const isOurs = trip < ROUND_TRIPS;
        const time = await (isOurs ? client.request("ping") : tcp.roundTrip());
        if (round > 0) times[isOurs ? "ours" : "echo"].push(time);
      }
    client.dispose();
  });
  tcp.dispose();
  await echo.dispose();
  return {
    kind: "measured",
    what: "MCP ping round trip, idle, p50",
    unit: "ms",
    measured: median(times.ours),
    reference: { what: "raw TCP echo, p50", measured: median(times.echo) },
    budget: { timesAtMost: 3 },
  };
}

async function measureBusy(mode: HostSetup["mode"]): Promise<Times> {
  return withHost(mode, true, async (endpoint) => {
    const measured = Object.entries(calls).map(
      async ([name, [method, params]]) => {
        const client = await RpcClient.connect(endpoint);
        for (let warm = 0; warm < 100; warm += 1)
          void client.request(method, params);
        await client.request(method, params);
        const times = await openLoop(() => client.request(method, params));
        client.dispose();
        return [name, times] as const;
      },
    );
    return Object.fromEntries(await Promise.all(measured)) as unknown as Times;
  });
}

/** One call per tick, whether or not the previous one was answered. */
async function openLoop(call: () => Promise<number>): Promise<number[]> {
  const answers: Promise<number>[] = [];
  const start = performance.now();
  for (let due = 0; due < OPEN_LOOP; due += CALL_EVERY) {
    await delay(Math.max(0, start + due - performance.now()));
    answers.push(call());
  }
  return Promise.all(answers);
}

async function withHost<T>(
  mode: HostSetup["mode"],
  isBusy: boolean,
  use: (endpoint: HostReady) => Promise<T>,
): Promise<T> {
  const ground = new Ground();
  const { home, lockDirectory } = ground;
  const setup: HostSetup = {
    home,
    lockDirectory,
    folders: ground.plainFolders(1),
    mode,
    isBusy,
  };
  const host = await Child.start<HostReady>(programs.host, setup);
  try {
    return await use(host.ready);
  } finally {
    await host.dispose();
    await ground.dispose();
  }
}

class TcpEcho {
  readonly #message = Buffer.from(
    '{"jsonrpc":"2.0","id":1000,"method":"ping"}',
  );
  #onAnswer: () => void = () => undefined;

  private constructor(private readonly socket: ReturnType<typeof connect>) {
    socket.on("data", () => {
      this.#onAnswer();
    });
  }

  static async connect(port: number): Promise<TcpEcho> {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    await once(socket, "connect");
    return new TcpEcho(socket);
  }

  /** In milliseconds. */
  roundTrip(): Promise<number> {
    return new Promise((resolve) => {
      const sent = performance.now();
      this.#onAnswer = () => {
        resolve(performance.now() - sent);
      };
      this.socket.write(this.#message);
    });
  }

  dispose(): void {
    this.socket.destroy();
  }
}
