import assert from "node:assert/strict";
import * as fc from "fast-check";
import { maskSecrets } from "../../../src/core/maskSecrets";
import { freshToken } from "../../../src/core/system/freshToken";

const alice = { homes: ["/home/alice", "/data/homes/alice"], user: "alice" };

describe("Masking", () => {
  const mask = (text: string, owner = alice) => maskSecrets(text, owner);

  it("leaves no token of Berth's own, wherever it stands", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.constantFrom("", "/", '"', "x=", "(", "- ", "port 20001 "),
        (bytes, before) => {
          const token = Buffer.from(bytes).toString("base64url");
          // All of one kind, as no random number is.
          fc.pre(new Set(bytes).size > 20);
          assert.ok(!mask(`${before}${token}) end`).includes(token));
        },
      ),
      { numRuns: 500 },
    );
    for (let times = 0; times < 500; times++) {
      const token = freshToken();
      assert.ok(!mask(`a ${token} b`).includes(token), token);
    }
  });

  it("leaves no secret that is named as one", () => {
    for (const line of [
      "Authorization: Bearer hunter2-hunter2",
      "authorization=Basic aHVudGVyMg==hunter2",
      'headers: {"X-Api-Key": "hunter2"}',
      "{'password':'hunter2'}",
      "GITHUB_TOKEN=hunter2",
      "--api-key hunter2",
      "--token=hunter2",
      "GET /mcp?access_token=hunter2&x=1",
      "postgres://bob:hunter2@db/app",
      "https://hunter2@host.example/x",
      "Cookie: session-hunter2",
      "client_secret: hunter2",
    ])
      assert.ok(!mask(line).includes("hunter2"), mask(line));
  });

  it("leaves no secret that looks like one", () => {
    for (const secret of [
      "sk-ant-api03-abcdefgh",
      "ghp_abcdefghijklmnopqrst0123456789",
      "github_pat_11ABCDEFG",
      "glpat-abcdefgh1234",
      "xoxb-1234-abcd",
      "AKIAIOSFODNN7EXAMPLE",
      "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF",
      "0123456789abcdef0123456789abcdef",
      "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=",
      "-----BEGIN RSA PRIVATE KEY-----\nabc\ndef\n-----END RSA PRIVATE KEY-----",
    ])
      assert.equal(mask(`say ${secret} now`), "say <secret> now");
  });

  it("leaves what explains a problem", () => {
    const text = [
      "2026-01-31 12:00:00.000 [info] [app@feature-login-page-with-a-long-name-2] Listening on port 20481",
      "instance 6f1d7e2c-0d5b-4f4e-9a35-1c2d3e4f5a6b is live",
      "the token of the worktree was replaced",
      "/srv/repositories/app.worktrees/fix-issue-1234-and-5678-other: port 20481, 2 agents",
      "claude 2.1.0 (/usr/local/bin)",
      "http://127.0.0.1:20481/mcp answers 401",
      "berth.nameTemplate (user): ${repository}@${branch}",
    ].join("\n");
    assert.equal(mask(text), text);
  });

  it("names neither home nor account", () => {
    assert.equal(
      mask(
        [
          "/home/alice/app and /home/alice",
          "file:///home/alice/app",
          "/data/homes/alice/.claude",
          "/tmp/alice/x",
          "alice@box",
          "/home/bob/app",
          "/Users/Bob Smith/app",
        ].join("\n"),
      ),
      [
        "~/app and ~",
        "file://~/app",
        "~/.claude",
        "/tmp/<user>/x",
        "<user>@box",
        "/home/<user>/app",
        "/Users/<user> Smith/app",
      ].join("\n"),
    );
  });

  it("names them neither as Windows and JSON write them", () => {
    const owner = { homes: ["C:\\Users\\Alice"], user: "Alice" };
    assert.equal(
      mask(
        'c:\\users\\alice\\app "C:\\\\Users\\\\Alice\\\\app" C:/Users/Alice',
        owner,
      ),
      '~\\app "~\\\\app" ~',
    );
  });

  it("touches no other name that begins or ends alike", () => {
    const owner = { homes: ["/root", "/"], user: "root" };
    const text = "/rootfs/x root cause /srv/root-cause /srv/root.txt";
    assert.equal(mask(text, owner), text);
    assert.equal(mask("/root/x", owner), "~/x");
  });

  it("does without the name of an account", () => {
    assert.equal(mask("/a/b", { homes: [], user: "" }), "/a/b");
  });
});
