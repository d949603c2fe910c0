import assert from "node:assert/strict";
import { symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { Agent } from "../../support/agent";
import { useGround } from "../../support/ground";
import { McpAgent } from "../../support/mcpAgent";
import { addWorktree, makeRepository } from "../../support/repositories";
import { Window } from "../../support/window";

const proposal = (oldPath: string, newPath: string) => ({
  old_file_path: oldPath,
  new_file_path: newPath,
  new_file_contents: "",
  tab_name: "a.txt",
});

describe("a path that a client sends", function () {
  const ground = useGround("suite");
  let window: Window;
  let agent: Agent;
  let mcpAgent: McpAgent;
  let app: string;
  before(async () => {
    app = makeRepository(ground.path("app"));
    // Neither is open in the window.
    addWorktree(app, ground.path("linked"), "linked");
    addWorktree(app, ground.path("app", "wt"), "nested");
    makeRepository(ground.path("other"));
    writeFileSync(path.join(ground.make("appendix"), "a.txt"), "");
    writeFileSync(path.join(ground.make("notes"), "a.txt"), "");
    ground.make("outside");
    const links: [string, string][] = [
      ["out", ground.path("outside")],
      ["dangling", ground.path("outside", "new.txt")],
      ["toOther", ground.path("other", "a.txt")],
      ["inside", ground.path("app", "a.txt")],
      ["loop", "loop"],
    ];
    for (const [name, target] of links)
      symlinkSync(target, path.join(app, name));
    symlinkSync(app, ground.path("app link"));
    window = ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders: [app, ground.path("other"), ground.path("notes")],
      }),
    );
    const record = await window.record(app);
    agent = ground.own(await Agent.connect(record));
    mcpAgent = ground.own(await McpAgent.connect(record));
  });
  beforeEach(() => {
    window.opened.length = 0;
  });
  /** The answer, which is the same by either transport. */
  const call = async (tool: string, args: Record<string, unknown>) => {
    const answer = await agent.call(tool, args);
    assert.deepEqual(await mcpAgent.call(tool, args), answer);
    return answer;
  };
  const open = async (filePath: string) => {
    const { content, isError } = await call("openFile", { filePath });
    return { text: content[0]?.text ?? "", isError: isError ?? false };
  };
  const opens = async (filePath: string, real: string) => {
    assert.ok(!(await open(filePath)).isError);
    assert.deepEqual(
      window.opened.map((file) => file.filePath),
      [real, real],
    );
  };
  const refuses = async (filePath: string, fault: string) => {
    const { text, isError } = await open(filePath);
    assert.ok(isError, `opened ${filePath}`);
    assert.ok(text.includes(fault), text);
    assert.deepEqual(window.opened, []);
  };
  const isOutside = (real: string) =>
    `${real} is outside the worktree ${app}. Name a file inside it.`;

  it("may be a file of the worktree, by any way that leads there", async () => {
    await opens(ground.path("app", "a.txt"), ground.path("app", "a.txt"));
    window.opened.length = 0;
    await opens(ground.path("app link", "inside"), ground.path("app", "a.txt"));
  });

  it("may be a file of the window's plain folders", async () => {
    await opens(ground.path("notes", "a.txt"), ground.path("notes", "a.txt"));
  });

  it("may not lead out by ..", async () => {
    await refuses("../outside/x", isOutside(ground.path("outside", "x")));
    await refuses(
      `${app}/../outside/x`,
      isOutside(ground.path("outside", "x")),
    );
    await refuses(
      `${app}/../appendix/a.txt`,
      isOutside(ground.path("appendix", "a.txt")),
    );
  });

  it("may not lead out by a symbolic link, to a file, a folder or nothing yet", async () => {
    await refuses("out", isOutside(ground.path("outside")));
    await refuses("out/x", isOutside(ground.path("outside", "x")));
    await refuses("dangling", isOutside(ground.path("outside", "new.txt")));
    await refuses("toOther", isOutside(ground.path("other", "a.txt")));
  });

  it("may not be another worktree's, open in the window or not, beside it or inside", async () => {
    for (const file of [
      "linked/a.txt",
      "app/wt/a.txt",
      "app/wt/new.txt",
      "other/a.txt",
    ])
      await refuses(ground.path(file), isOutside(ground.path(file)));
  });

  it("may not hold a NUL, name another machine or another scheme", async () => {
    await refuses("a.txt\0.png", "it contains a NUL character");
    await refuses(
      `${pathToFileURL(app).href}/a%00.txt`,
      "it contains a NUL character",
    );
    await refuses(`file://server${app}/a.txt`, "it names another host");
    await refuses("\\\\server\\share\\a.txt", "network paths are not opened");
    await refuses(`//server${app}/a.txt`, "network paths are not opened");
    await refuses("https://example.com/a.txt", "it is not a file: URI");
    await refuses("", "it is empty");
  });

  for (const [tool, args] of [
    ["getDiagnostics", (uri: string) => ({ uri })],
    ["checkDocumentDirty", (filePath: string) => ({ filePath })],
    ["saveDocument", (filePath: string) => ({ filePath })],
    ["openDiff", (file: string) => proposal(file, "a.txt")],
    ["openDiff", (file: string) => proposal("a.txt", file)],
  ] as const)
    it(`is judged the same way by ${tool} (${Object.entries(args("it"))
      .filter(([, value]) => value === "it")
      .map(([name]) => name)
      .join()})`, async () => {
      for (const file of [
        "../outside/x",
        "out/x",
        ground.path("linked", "a.txt"),
      ]) {
        const { content, isError } = await call(tool, args(file));
        assert.ok(isError, file);
        assert.match(content[0]?.text ?? "", /is outside the worktree/);
      }
    });

  it("never opens anything outside, however it is put together", async () => {
    const step = fc.constantFrom(
      "..",
      ".",
      "",
      "out",
      "dangling",
      "loop",
      "inside",
      "wt",
      "a.txt",
      "new",
      "app",
      "app link",
      "linked",
      "other",
      "notes",
      "%2e%2e",
      "..\\..",
      "file:",
      ground.directory.slice(1),
    );
    const sent = fc
      .tuple(
        fc.constantFrom("", "/", "./", "file://", "file:///", `${app}/`),
        fc.array(step, { maxLength: 7 }),
      )
      .map(([start, steps]) => start + steps.join("/"));
    await fc.assert(
      fc.asyncProperty(sent, async (filePath) => {
        window.opened.length = 0;
        await open(filePath);
        for (const { filePath: real } of window.opened) {
          const isIn = (directory: string) =>
            real === directory || real.startsWith(`${directory}/`);
          assert.ok(
            (isIn(app) && !isIn(path.join(app, "wt"))) ||
              isIn(ground.path("notes")),
            real,
          );
        }
      }),
      { numRuns: 150 },
    );
  });
});
