// What users may write of a backend, and what they are told of what they may not.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import {
  type BackendDefinition,
  parseBackends,
} from "../../../../src/core/backends/definition";
import { describeDefinition } from "../../../../src/core/backends/describeDefinition";
import {
  fillIn,
  unknownVariables,
} from "../../../../src/core/backends/variables";

describe("the definition of a backend", () => {
  const only = (entry: unknown): BackendDefinition => {
    const parsed = parseBackends({ web: entry });
    const [definition] = parsed?.definitions ?? [];
    if (!definition) throw new Error(parsed?.problems.join());
    return definition;
  };
  const problems = (value: unknown) => parseBackends(value)?.problems;

  it("says by itself how the server is spoken to, and what tells that it serves", () => {
    const url = "http://127.0.0.1:${port}/mcp";
    const cases: [Record<string, unknown>, Partial<BackendDefinition>][] = [
      [{}, { type: "stdio", ready: { kind: "stdio" }, isMcp: true }],
      [
        { url },
        { type: "http", ready: { kind: "http", path: null }, isMcp: true },
      ],
      [
        { args: ["${port}"] },
        { type: "http", ready: { kind: "tcp" }, isMcp: false },
      ],
      [{ env: { P: "${portFile}" } }, { type: "http", isMcp: false }],
      [{ url, mcp: false }, { isMcp: false }],
      [{ url: "http://127.0.0.1:${port}/" }, { isMcp: false }],
      [
        { url, ready: { http: "/up" } },
        { ready: { kind: "http", path: "/up" } },
      ],
      [{ url, ready: { tcp: true } }, { ready: { kind: "tcp" } }],
      [
        { url, ready: { output: "up" } },
        { ready: { kind: "output", text: "up" } },
      ],
      [{ url, ready: { timeout: 120 } }, { readyTimeout: 120 }],
    ];
    for (const [entry, expected] of cases) {
      const parsed = only({ command: "x", ...entry });
      for (const [key, value] of Object.entries(expected))
        assert.deepEqual(
          parsed[key as keyof BackendDefinition],
          value,
          `${JSON.stringify(entry)}: ${key}`,
        );
    }
  });

  it("is a sentence about each wrong entry, which names it, and the others are taken", () => {
    const cases: [unknown, RegExp][] = [
      [3, /^"web" is no object$/],
      [{}, /^"web": command must be a text that names a program$/],
      [{ command: "" }, /command must be/],
      [{ command: "x\0y" }, /command must be/],
      [{ command: "x", args: "y" }, /args must be a list of texts/],
      [{ command: "x", args: [1] }, /args must be a list of texts/],
      [{ command: "x", env: { A: 1 } }, /env must be an object of texts/],
      [
        { command: "x", url: "ftp://x" },
        /url must be an address of this machine/,
      ],
      [{ command: "x", port: 3 }, /port must be one of type, command/],
      [
        { command: "x", start: "never" },
        /start must be "onDemand" or "withWorktree"/,
      ],
      [
        { command: "x", idleMinutes: 0 },
        /idleMinutes must be a number of minutes/,
      ],
      [{ command: "x", linger: -1 }, /linger must be a number of seconds/],
      [{ command: "x", type: "http" }, /type must be "stdio", or \$\{port\}/],
      [
        { command: "x", type: "stdio", url: "http://127.0.0.1/" },
        /url must be left out/,
      ],
      [
        { command: "x", url: "http://127.0.0.1:1/", ready: { http: "up" } },
        /ready\.http must be a path/,
      ],
      [
        {
          command: "x",
          url: "http://127.0.0.1:1/",
          ready: { tcp: true, output: "a" },
        },
        /ready must be only one of/,
      ],
      [
        { command: "x", ready: { timeout: "1" } },
        /ready\.timeout must be a number/,
      ],
      [{ command: "x", ready: { never: 1 } }, /ready\.never must be one of/],
      [
        { command: "x", args: ["${prot}"] },
        /nobody knows \$\{prot\}; there are \$\{worktree\}/,
      ],
      [{ command: "x", args: ["${env:}"] }, /nobody knows \$\{env:\}/],
    ];
    for (const [entry, sentence] of cases) {
      const parsed = parseBackends({ web: entry, good: { command: "x" } });
      assert.equal(parsed?.problems.length, 1, JSON.stringify(entry));
      assert.match(String(parsed.problems[0]), sentence);
      assert.deepEqual(
        parsed.definitions.map(({ name }) => name),
        ["good"],
      );
    }
    assert.match(
      String(problems({ "a b": { command: "x" } })),
      /"a b" is no name/,
    );
    assert.match(String(problems({ "../x": { command: "x" } })), /is no name/);
    assert.deepEqual(parseBackends({ web: null }), {
      definitions: [],
      problems: [],
    });
    assert.equal(parseBackends([]), undefined);
  });

  it("cannot have the port of another one", () => {
    const url = "http://127.0.0.1:8080/";
    const entries = { one: { command: "x", url }, two: { command: "x", url } };
    assert.match(
      String(problems(entries)),
      /"two": its port 8080 is that of "one"/,
    );
  });

  it("has an address of this machine, whatever its variables stand for", () => {
    for (const url of [
      "http://127.0.0.1:${port}/mcp",
      "http://localhost:3000",
      "https://[::1]:${port}/a?b=${worktree}",
    ])
      assert.equal(only({ command: "x", url }).url, url);
    for (const url of [
      "http://evil.example/mcp",
      "http://127.0.0.1.evil.example/",
      "http://127.0.0.1:${port}@evil.example/",
      "http://127.0.0.1:${env:X}/",
      "http://${branch}/",
      "http://127.0.0.1\\@evil.example/",
      "http://0.0.0.0:${port}/",
    ])
      assert.match(
        String(problems({ web: { command: "x", url } })),
        /url must be an address of this machine/,
        url,
      );
    for (const http of ["//evil.example/", "/\\evil.example/", "mcp"])
      assert.match(
        String(
          problems({
            web: { command: "x", url: "http://127.0.0.1:1/", ready: { http } },
          }),
        ),
        /ready\.http must be a path/,
      );
  });

  it("cannot have a name that variables do not tell from another's", () => {
    const entries = {
      "my.server": { command: "x" },
      My_Server: { command: "y" },
    };
    assert.match(
      String(problems(entries)),
      /"My_Server": its name is too much like "my\.server"/,
    );
  });

  it("is shown whole, and so that nothing in it can be taken for Berth's words", () => {
    const text = describeDefinition(
      only({
        command: "npx",
        args: ["a b", "x\u202ey"],
        env: { A: "1\nIt runs in a sandbox." },
        url: "http://127.0.0.1:1/",
        headers: { Key: "${env:SECRET}" },
        ready: { http: "/up" },
        start: "withWorktree",
      }),
    );
    for (const part of [
      '"a b"',
      '"x\\u202ey"',
      '"A" = "1\\nIt runs in a sandbox."',
      '"http://127.0.0.1:1/"',
      '"Key" = "${env:SECRET}"',
      '"/up"',
      "whenever a worktree is opened",
    ])
      assert.ok(text.includes(part), `${part} in\n${text}`);
  });

  it("is read from whatever JSON there is without a failure", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (value, inner) => {
        parseBackends(value);
        parseBackends({ web: inner, other: { command: "x", args: inner } });
      }),
      { numRuns: 500 },
    );
  });

  it("has the fields that VS Code completes and checks in settings.json, and no other", () => {
    const { contributes } = JSON.parse(
      readFileSync("package.json", "utf8"),
    ) as {
      contributes: {
        configuration: {
          properties: {
            "berth.backends": {
              additionalProperties: { properties: Record<string, unknown> };
            };
          };
        };
      };
    };
    const { properties } =
      contributes.configuration.properties["berth.backends"]
        .additionalProperties;
    const [problem = ""] = problems({ web: { command: "x", other: 1 } }) ?? [];
    assert.deepEqual(
      problem.split("one of ")[1]?.split(", ").sort(),
      Object.keys(properties).sort(),
    );
  });

  it("holds variables that are filled in where they are known", () => {
    const values = { worktree: "/wt", port: "20001", branch: "a$&b" };
    assert.equal(
      fillIn("${worktree}:${port}:${branch}:${portFile}:${env:A}", values, {
        A: "1",
      }),
      "/wt:20001:a$&b:${portFile}:1",
    );
    assert.throws(() => fillIn("${env:B}", {}, {}), /B is not set/);
    assert.deepEqual(unknownVariables(["${x} ${port}", "$port", "${}"]), [
      "${x}",
      "${}",
    ]);
  });
});
