import assert from "node:assert/strict";
import { readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { KeptAddresses } from "../../../../src/core/registry/keptAddresses";
import { useGround } from "../../support/ground";

describe("KeptAddresses", () => {
  const ground = useGround();
  const token = "t".repeat(43);
  const make = () => new KeptAddresses(ground.make("addresses"));
  /** Makes every address look as if it was last served this many seconds ago. */
  const age = (seconds: number): void => {
    const then = Date.now() / 1000 - seconds;
    for (const name of readdirSync(ground.path("addresses")))
      utimesSync(ground.path("addresses", name), then, then);
  };

  it("returns the same port and token within 20 seconds", async () => {
    const addresses = make();
    await addresses.keep("/wt", { port: 20_001, token });
    age(15);
    const [kept, ...others] = await addresses.of("/wt");
    assert.equal(kept?.port, 20_001);
    assert.equal(kept.token, token);
    assert.deepEqual(others, []);
  });

  it("returns the same port with a fresh token after more than 20 seconds", async () => {
    const addresses = make();
    await addresses.keep("/wt", { port: 20_001, token });
    age(25);
    const [kept] = await addresses.of("/wt");
    assert.equal(kept?.port, 20_001);
    assert.notEqual(kept.token, token);
    assert.equal(kept.oldToken, token);
    assert.match(kept.token, /^[\w-]{43}$/);
  });

  it("counts from when an address was last seen, not from when it was kept", async () => {
    const addresses = make();
    await addresses.keep("/wt", { port: 20_001, token });
    age(3_600);
    await addresses.touch("/wt", 20_001);
    assert.equal((await addresses.of("/wt"))[0]?.token, token);
  });

  it("returns the most recently used address first if there are several", async () => {
    const addresses = make();
    await addresses.keep("/wt", { port: 20_001, token });
    await addresses.keep("/wt", { port: 20_002, token });
    age(10);
    await addresses.touch("/wt", 20_001);
    const ports = (await addresses.of("/wt")).map(({ port }) => port);
    assert.deepEqual(ports, [20_001, 20_002]);
  });

  it("keeps the addresses of different worktrees apart", async () => {
    const addresses = make();
    await addresses.keep("/wt/a", { port: 20_001, token });
    assert.deepEqual(await addresses.of("/wt/b"), []);
    assert.deepEqual(await addresses.of("/wt"), []);
  });

  it("writes files that only the user can read", async () => {
    await make().keep("/wt", { port: 20_001, token });
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
      await addresses.keep("/wt", { port: 20_001, token });
      const [name = ""] = readdirSync(ground.path("addresses"));
      writeFileSync(ground.path("addresses", name), content);
      assert.deepEqual(await addresses.of("/wt"), []);
    });

  it("forgets only addresses that have not been served for a month", async () => {
    const addresses = make();
    await addresses.keep("/old", { port: 20_001, token });
    age(31 * 24 * 3_600);
    await addresses.keep("/new", { port: 20_002, token });
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
