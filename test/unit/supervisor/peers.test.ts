// Whoever else connects to the supervisor's socket, and what else may stand where its files belong.
import assert from "node:assert/strict";
import { chmodSync, chownSync, symlinkSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import path from "node:path";
import { identifyPlace } from "../../../src/core/system/machine";
import { MAX_MESSAGE_BYTES } from "../../../src/core/control/channel";
import {
  SUPERVISOR_PROTOCOL,
  readSupervisor,
  supervisorFile,
} from "../../../src/core/control/supervisorRecord";
import { Election } from "../../../src/supervisor/election";
import { newSocketPath } from "../../../src/supervisor/socketPlace";
import { supervisorsIn } from "../../harness/supervisors";
import { until } from "../../harness/until";
import { Agent } from "../support/agent";
import { needsRoot, useGround } from "../support/ground";
import { Window } from "../support/window";

const NOBODY = 65_534;

describe("the supervisor's socket", function () {
  const ground = useGround();
  const open = async (home = ground.home, name = "app") =>
    ground.own(
      await Window.open({
        home,
        lockDirectory: ground.locks,
        folders: [ground.make(name)],
      }),
    );
  const greeting = (protocol = SUPERVISOR_PROTOCOL) =>
    `${JSON.stringify({ protocol, version: "0.0.0-test", nonce: "n" })}\n`;

  /** A program that says what it likes. `received` is all that it is told. */
  class Stranger {
    received = "";
    isCut = false;

    private constructor(readonly socket: Socket) {
      socket.on("data", (chunk: Buffer) => {
        this.received += chunk.toString();
      });
      socket.on("error", () => undefined);
      socket.once("close", () => {
        this.isCut = true;
      });
    }

    static async of(window: Window): Promise<Stranger> {
      const { socket } = await window.supervisor();
      return new Stranger(connect(socket));
    }

    cut(): Promise<unknown> {
      return until("the stranger is cut", () => this.isCut, 20_000);
    }

    answered(): Promise<unknown> {
      return until("an answer", () => this.received.includes("\n"));
    }
  }

  /** The window and its agents notice nothing of the strangers, who learn no token. */
  const goesOn = async (window: Window, strangers: readonly Stranger[]) => {
    const { token } = await window.supervisor();
    const record = await window.record();
    for (const { received } of strangers)
      for (const secret of [token, record.token, record.controlToken])
        assert.ok(!received.includes(secret));
    const agent = ground.own(await Agent.connect(record));
    assert.ok((await agent.request("ping")).result);
    assert.equal(window.starts, 1);
  };

  it("cuts off who speaks another protocol, no protocol, or does not know the token, and says so", async () => {
    const window = await open();
    const said = [
      "GET / HTTP/1.1\r\n\r\n",
      "null\n",
      "[]\n",
      `${'{"a":'.repeat(100_000)}\n`,
      greeting(SUPERVISOR_PROTOCOL + 1),
      `${greeting()}null\n`,
      `${greeting()}${JSON.stringify({ proof: "wrong", window: {} })}\n`,
    ];
    const strangers = await Promise.all(
      said.map(async (text) => {
        const stranger = await Stranger.of(window);
        stranger.socket.write(text);
        await stranger.cut();
        return stranger;
      }),
    );
    await goesOn(window, strangers);
    for (const reason of [
      "a message was not JSON",
      "does not speak this protocol",
      "does not know the token",
    ])
      await until(`"${reason}" in the log`, () =>
        window.hasLogged("warn", reason),
      );
  });

  it("cuts off who says half of it and no more", async () => {
    const window = await open();
    const strangers = await Promise.all(
      ["", greeting().slice(0, 20), greeting()].map(async (text) => {
        const stranger = await Stranger.of(window);
        stranger.socket.write(text);
        return stranger;
      }),
    );
    await goesOn(window, strangers);
    await Promise.all(strangers.map((stranger) => stranger.cut()));
    assert.equal(window.starts, 1);
  });

  it("cuts off who sends 200 MB in one line, and holds little of it", async () => {
    const window = await open();
    const stranger = await Stranger.of(window);
    const megabyte = Buffer.alloc(1024 * 1024, "x");
    for (let sent = 0; sent < 200 && !stranger.isCut; sent += 1)
      await new Promise((resolve) => {
        stranger.socket.write(megabyte, resolve);
      });
    await stranger.cut();
    assert.ok(stranger.socket.bytesWritten < MAX_MESSAGE_BYTES);
    await goesOn(window, [stranger]);
  });

  it("goes on while strangers flood it with connections", async () => {
    const window = await open();
    const strangers = await Promise.all(
      Array.from({ length: 300 }, () => Stranger.of(window)),
    );
    await goesOn(window, strangers);
    await goesOn(await open(ground.home, "other"), []);
    for (const { socket } of strangers) socket.destroy();
  });

  it("proves the supervisor only to who asks with a nonce, and each proof is another", async () => {
    const window = await open();
    const [one, other] = [await Stranger.of(window), await Stranger.of(window)];
    for (const { socket } of [one, other]) socket.write(greeting());
    await Promise.all([one.answered(), other.answered()]);
    const nonces = [one, other].map(
      ({ received }) => (JSON.parse(received) as { nonce: string }).nonce,
    );
    assert.notEqual(nonces[0], nonces[1]);
    await goesOn(window, [one, other]);
    for (const { socket } of [one, other]) socket.destroy();
  });

  it("has a short path, however long that of the home is", async () => {
    const home = ground.path("d".repeat(60), "e".repeat(60), "home");
    const window = await open(home);
    const [record] = await supervisorsIn(home);
    assert.ok(record);
    assert.ok(Buffer.byteLength(record.socket) <= 100, record.socket);
    assert.equal((await window.record()).pid, record.pid);
    process.kill(record.pid);
  });

  for (const [what, place] of [
    [
      "open to others",
      (run: string) => {
        chmodSync(run, 0o777);
      },
    ],
    [
      "another user's",
      (run: string) => {
        chownSync(run, NOBODY, NOBODY);
      },
    ],
  ] as const)
    it(`is not put into a directory that is ${what}: the window serves its agents itself, and says why`, async function () {
      needsRoot(this);
      const run = ground.make("home", "run");
      chmodSync(ground.home, 0o700);
      place(run);
      await assertServesItself(run);
    });

  it("is not put into a directory that is a link: the window serves its agents itself, and says why", async () => {
    ground.make("home");
    chmodSync(ground.home, 0o700);
    symlinkSync(ground.make("elsewhere"), ground.path("home", "run"));
    await assertServesItself(ground.path("home", "run"));
  });

  const assertServesItself = async (run: string): Promise<void> => {
    await assert.rejects(newSocketPath(ground.home), (error: Error) =>
      error.message.includes(run),
    );
    const window = await open();
    const record = await window.record();
    assert.equal(record.pid, process.pid);
    ground.own(await Agent.connect(record));
    assert.ok(window.hasLogged("warn", "cannot be started"));
    assert.ok(window.hasLogged("warn", run), JSON.stringify(window.log));
  };

  it("is found by the file only if that names a process that lives: a recycled pid is none", async () => {
    ground.make("home");
    chmodSync(ground.home, 0o700);
    const place = await identifyPlace();
    writeFileSync(
      supervisorFile(ground.home, null),
      JSON.stringify({
        version: 1,
        protocol: SUPERVISOR_PROTOCOL,
        pid: process.pid,
        processStart: "of another time",
        ...place,
        socket: ground.path("home", "run", "s-gone"),
        token: "t",
        startedAt: 1,
      }),
    );
    const window = await open();
    assert.notEqual((await window.supervisor()).pid, process.pid);
    assert.equal(window.starts, 1);
  });

  it("stands beside that of another protocol's windows, each with a file of its own", async () => {
    const window = await open();
    const own = await window.supervisor();
    const election = new Election(
      ground.home,
      await identifyPlace(),
      SUPERVISOR_PROTOCOL + 1,
    );
    const file = await election.win({ ...own, protocol: own.protocol + 1 });
    assert.equal(
      file,
      path.join(ground.home, `supervisor-v${own.protocol + 1}.json`),
    );
    assert.deepEqual(
      await readSupervisor(supervisorFile(ground.home, null)),
      own,
    );
    await goesOn(window, []);
  });
});
