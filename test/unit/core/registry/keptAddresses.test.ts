import assert from "node:assert/strict";
import { readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import {
  KeptAddresses,
  tokensAfterAbsence,
} from "../../../../src/core/registry/keptAddresses";
import { setClock, useGround } from "../../support/ground";

describe("KeptAddresses", () => {
  const ground = useGround();
  const token = "t".repeat(43);
  const secrets = { token, formerTokens: ["before"], controlToken: "control" };
  const make = () => new KeptAddresses(ground.make("addresses"));
  /** Makes every address look as if it was last served this many seconds ago. */
  const age = (seconds: number): void => {
    const then = Date.now() / 1000 - seconds;
    for (const name of readdirSync(ground.path("addresses")))
      utimesSync(ground.path("addresses", name), then, then);
  };

  it("returns what was kept, and how long ago it was served", async () => {
    const addresses = make();
    await addresses.keep("/wt", { port: 20_001, ...secrets });
    age(15);
    const [kept, ...others] = await addresses.of("/wt");
    assert.deepEqual({ ...kept, age: 0 }, { port: 20_001, ...secrets, age: 0 });
    assert.ok(kept && kept.age > 14_900 && kept.age < 20_000);
    assert.deepEqual(others, []);
  });

  it("returns what an earlier version kept, which had no control token", async () => {
    const addresses = make();
    await addresses.keep("/wt", { port: 20_001, ...secrets });
    const [name = ""] = readdirSync(ground.path("addresses"));
    writeFileSync(
      ground.path("addresses", name),
      JSON.stringify({ version: 1, worktree: "/wt", port: 20_001, token }),
    );
    const [kept] = await addresses.of("/wt");
    assert.equal(kept?.token, token);
    assert.deepEqual(kept.formerTokens, []);
    assert.equal(kept.controlToken, undefined);
  });

  it("goes by the clock of the disk, not by this process's", async () => {
    const addresses = make();
    await addresses.keep("/wt", { port: 20_001, ...secrets });
    const { now } = Date;
    try {
      Date.now = () => now() + 40 * 24 * 3_600_000;
      await addresses.prune();
      const [kept] = await addresses.of("/wt");
      assert.ok(kept && kept.age < 5_000, String(kept?.age));
    } finally {
      Date.now = now;
    }
    age(-3_600);
    assert.equal((await addresses.of("/wt"))[0]?.age, 0);
    assert.equal(readdirSync(ground.path("addresses")).length, 1);
  });

  it("forgets an address at once if told to", async () => {
    const addresses = make();
    await addresses.keep("/wt", { port: 20_001, ...secrets });
    await addresses.forget("/wt", 20_001);
    await addresses.forget("/wt", 20_001);
    assert.deepEqual(await addresses.of("/wt"), []);
    await assert.rejects(addresses.touch("/wt", 20_001));
    assert.deepEqual(readdirSync(ground.path("addresses")), []);
  });

  it("counts from when an address was last seen, not from when it was kept", async () => {
    const addresses = make();
    await addresses.keep("/wt", { port: 20_001, ...secrets });
    age(3_600);
    await addresses.touch("/wt", 20_001);
    const [kept] = await addresses.of("/wt");
    assert.ok(kept && kept.age < 5_000);
    assert.equal(kept.token, token);
  });

  it("is stamped by the disk's clock, which other machines see too", async () => {
    const addresses = make();
    await addresses.keep("/wt", { port: 20_001, ...secrets });
    age(3_600);
    const now = Date.now();
    setClock(ground, now + 3_600_000);
    await addresses.touch("/wt", 20_001);
    const { mtimeMs } = statSync(addresses.file("/wt", 20_001));
    assert.ok(Math.abs(mtimeMs - now) < 5_000, String(mtimeMs));
  });

  it("returns the most recently used address first if there are several", async () => {
    const addresses = make();
    await addresses.keep("/wt", { port: 20_001, ...secrets });
    await addresses.keep("/wt", { port: 20_002, ...secrets });
    age(10);
    await addresses.touch("/wt", 20_001);
    const ports = (await addresses.of("/wt")).map(({ port }) => port);
    assert.deepEqual(ports, [20_001, 20_002]);
  });

  it("keeps the addresses of different worktrees apart", async () => {
    const addresses = make();
    await addresses.keep("/wt/a", { port: 20_001, ...secrets });
    assert.deepEqual(await addresses.of("/wt/b"), []);
    assert.deepEqual(await addresses.of("/wt"), []);
  });

  it("writes files that only the user can read", async () => {
    await make().keep("/wt", { port: 20_001, ...secrets });
    const [name = ""] = readdirSync(ground.path("addresses"));
    assert.equal(statSync(ground.path("addresses", name)).mode & 0o777, 0o600);
    assert.ok(!name.includes(token));
  });

  for (const [what, content] of [
    ["that is not JSON", "{"],
    [
      "from a newer version",
      '{"version":2,"worktree":"/wt","port":1,"token":"t"}',
    ],
    [
      "for another worktree",
      '{"version":1,"worktree":"/x","port":1,"token":"t"}',
    ],
  ] as const)
    it(`ignores a file ${what}`, async () => {
      const addresses = make();
      await addresses.keep("/wt", { port: 20_001, ...secrets });
      const [name = ""] = readdirSync(ground.path("addresses"));
      writeFileSync(ground.path("addresses", name), content);
      assert.deepEqual(await addresses.of("/wt"), []);
    });

  it("forgets only addresses that have not been served for a month", async () => {
    const addresses = make();
    await addresses.keep("/old", { port: 20_001, ...secrets });
    age(31 * 24 * 3_600);
    await addresses.keep("/new", { port: 20_002, ...secrets });
    await addresses.prune();
    assert.deepEqual(await addresses.of("/old"), []);
    assert.equal((await addresses.of("/new")).length, 1);
  });

  it("returns and prunes nothing if its directory does not exist", async () => {
    const addresses = new KeptAddresses(ground.path("missing"));
    assert.deepEqual(await addresses.of("/wt"), []);
    await addresses.prune();
  });
});

describe("tokensAfterAbsence", () => {
  const kept = { port: 20_001, token: "last", formerTokens: ["a", "b", "c"] };
  const after = (seconds: number) =>
    tokensAfterAbsence({ ...kept, age: seconds * 1_000 });

  it("leaves the tokens as they are after a moment", () => {
    for (const seconds of [0, 3, 5]) {
      const { token, formerTokens } = after(seconds);
      assert.equal(token, kept.token);
      assert.deepEqual(formerTokens, kept.formerTokens);
    }
  });

  it("adds a fresh token after more than that, and lets the last ones in for a short time", () => {
    for (const seconds of [5.001, 60]) {
      const { token, formerTokens } = after(seconds);
      assert.match(token, /^[\w-]{43}$/);
      assert.deepEqual(formerTokens, ["last", "a", "b"]);
    }
  });

  it("replaces all tokens once no agent can come back with them", () => {
    const { token, formerTokens } = after(60.001);
    assert.match(token, /^[\w-]{43}$/);
    assert.deepEqual(formerTokens, []);
  });
});
