// What backends write, and the files that it is kept in.
import assert from "node:assert/strict";
import {
  existsSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { pidExists } from "../../../../src/core/system/processIdentity";
import { until } from "../../../harness/until";
import { useGround } from "../../support/ground";
import { onPort, Serve } from "../../support/serve";

describe("the output of a backend", function () {
  const ground = useGround();

  it("is bounded, and holds up nobody where it never ends", async () => {
    const app = ground.make("app");
    const serve = await Serve.start(ground, {
      loud: {
        ...onPort("--flood", String(256 * 1024 ** 2)),
        ready: { timeout: 300 },
      },
      good: onPort(),
    });
    const loud = serve.request(app, "loud");
    const logs = path.join(ground.home, "logs");
    const name = await until("it writes", () =>
      readdirSync(logs).find((each) => each.startsWith("loud-")),
    );
    const log = path.join(logs, name);
    const good = await serve.request(app, "good");
    assert.equal((await fetch(good.url)).status, 200);
    await loud;
    const sizes = ["", ".1", ".2"].map((age) => statSync(log + age).size);
    assert.ok(
      sizes.every((size) => size <= 1024 * 1024),
      sizes.join(),
    );
    assert.ok(!existsSync(`${log}.3`));
  });

  it("is shown as text where it is none", async () => {
    const app = ground.make("app");
    const serve = await Serve.start(ground, { binary: onPort("--binary") });
    const { backend_id, url } = await serve.request(app);
    assert.equal((await fetch(url)).status, 200);
    const text = await until("all of it", async () => {
      const log = await serve.ask("GET", `/backends/${backend_id}/log`);
      const found = String(log.body["text"]);
      return found.length > 100_000 && found;
    });
    assert.match(text, /!"#\$%&'\(\)\*\+,-\.\/0123456789:;<=>\?@ABC/);
    assert.doesNotMatch(text, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  });

  for (const [what, spoil] of [
    [
      "full",
      (logs: string) => {
        ground.mount(logs, "size=4k,mode=700");
      },
    ],
    [
      "gone",
      (logs: string) => {
        rmSync(logs, { recursive: true });
      },
    ],
    [
      "a file",
      (logs: string) => {
        rmSync(logs, { recursive: true });
        writeFileSync(logs, "");
      },
    ],
  ] as const)
    it(`ends no backend while the directory of logs is ${what}`, async () => {
      const app = ground.make("app");
      const serve = await Serve.start(ground, {
        good: onPort(),
        loud: onPort("--flood", "1000000"),
      });
      await serve.request(app, "good");
      spoil(path.join(ground.home, "logs"));
      const { url } = await serve.request(app, "loud");
      assert.equal((await fetch(url)).status, 200);
      const { pid } = await serve.request(app, "good");
      assert.ok(pidExists(pid));
    });
});
