import assert from "node:assert/strict";
import { readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { KeptAddresses } from "../../../../src/core/registry/keptAddresses";
import { useGround } from "../../support/ground";

describe("KeptAddresses", () => {
  const ground = useGround();
  const token = "t".repeat(43);
  const make = () => new KeptAddresses(ground.make("addresses"));
  /** As if every address had last been served so many seconds ago. */
  const age = (seconds: number): void => {
    const then = Date.now() / 1000 - seconds;
    for (const name of readdirSync(ground.path("addresses")))
      utimesSync(ground.path("addresses", name), then, then);
  };

  it("gives port and token back after less than 20 seconds", async () => {
    const addresses = make();
    await addresses.keep("/wt", { port: 20_001, token });
    age(15);
    const [kept, ...others] = await addresses.of("/wt");
    assert.equal(kept?.port, 20_001);
    assert.equal(kept.token, token);
    assert.deepEqual(others, []);
  });

  it("gives the port back with a fresh token after more", async () => {
    const addresses = make();
    await addresses.keep("/wt", { port: 20_001, token });
    age(25);
    const [kept] = await addresses.of("/wt");
    assert.equal(kept?.port, 20_001);
    assert.notEqual(kept.token, token);
    assert.equal(kept.oldToken, token);
    assert.match(kept.token, /^[\w-]{43}$/);
  });

  it("counts from the moment it was last seen, not kept", async () => {
    const addresses = make();
    await addresses.keep("/wt", { port: 20_001, token });
    age(3_600);
    await addresses.seen("/wt", 20_001);
    assert.equal((await addresses.of("/wt"))[0]?.token, token);
  });

  it("gives the last used one first where there are several", async () => {
    const addresses = make();
    await addresses.keep("/wt", { port: 20_001, token });
    await addresses.keep("/wt", { port: 20_002, token });
    age(10);
    await addresses.seen("/wt", 20_001);
    const ports = (await addresses.of("/wt")).map(({ port }) => port);
    assert.deepEqual(ports, [20_001, 20_002]);
  });

  it("keeps worktrees apart", async () => {
    const addresses = make();
    await addresses.keep("/wt/a", { port: 20_001, token });
    assert.deepEqual(await addresses.of("/wt/b"), []);
    assert.deepEqual(await addresses.of("/wt"), []);
  });

  it("is readable by us alone", async () => {
    await make().keep("/wt", { port: 20_001, token });
    const [name = ""] = readdirSync(ground.path("addresses"));
    assert.equal(statSync(ground.path("addresses", name)).mode & 0o777, 0o600);
    assert.ok(!name.includes(token));
  });

  for (const [what, content] of [
    ["not JSON", "{"],
    [
      "of a newer version",
      '{"version":2,"worktree":"/wt","port":1,"token":"t"}',
    ],
    [
      "of another worktree",
      '{"version":1,"worktree":"/x","port":1,"token":"t"}',
    ],
  ] as const)
    it(`passes over what is ${what}`, async () => {
      const addresses = make();
      await addresses.keep("/wt", { port: 20_001, token });
      const [name = ""] = readdirSync(ground.path("addresses"));
      writeFileSync(ground.path("addresses", name), content);
      assert.deepEqual(await addresses.of("/wt"), []);
    });

  it("forgets what nobody has served for a month, and only that", async () => {
    const addresses = make();
    await addresses.keep("/old", { port: 20_001, token });
    age(31 * 24 * 3_600);
    await addresses.keep("/new", { port: 20_002, token });
    await addresses.prune();
    assert.deepEqual(await addresses.of("/old"), []);
    assert.equal((await addresses.of("/new")).length, 1);
  });

  it("has nothing to say where there is no directory", async () => {
    const addresses = new KeptAddresses(ground.path("missing"));
    assert.deepEqual(await addresses.of("/wt"), []);
    await addresses.prune();
  });
});
