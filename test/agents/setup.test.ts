// Real agents that `berth setup` has told of Berth: each calls a tool through `berth connect`, in two worktrees.
import assert from "node:assert/strict";
import path from "node:path";
import { launcherFile } from "../../src/core/commandLine/launcher";
import { until } from "../harness/until";
import { openShown } from "../ui/instances";
import { claudeCode } from "./support/claudeCode";
import { codex } from "./support/codex";
import { geminiCli } from "./support/geminiCli";
import { patience, type RealAgent, Scene } from "./support/scene";

/** How each is asked one thing without a terminal, and how it names a tool of Berth. */
const asked: readonly {
  readonly kind: RealAgent;
  readonly args: (prompt: string) => readonly string[];
  readonly tool: string;
}[] = [
  {
    kind: claudeCode,
    args: (prompt) => ["--allowedTools=mcp__berth", "--print", prompt],
    tool: "mcp__berth__getWorkspaceFolders",
  },
  {
    kind: geminiCli,
    args: (prompt) => ["--approval-mode=yolo", "--prompt", prompt],
    tool: "mcp_berth_getWorkspaceFolders",
  },
  {
    kind: codex,
    args: (prompt) => [
      "exec",
      "--dangerously-bypass-approvals-and-sandbox",
      prompt,
    ],
    tool: "mcp__berth__getWorkspaceFolders",
  },
];

describe("An agent that berth setup has told of Berth", function () {
  let scene: Scene;

  before(async () => {
    const [first, ...others] = asked.map(({ kind }) => kind);
    assert.ok(first);
    scene = await Scene.open(first, ...others);
    for (const worktree of [scene.app, scene.feature])
      await openShown(scene.vscode, scene.home, worktree);
  });
  after(() => scene.close());

  for (const { kind, args, tool } of asked)
    it(`gets the answer of its own worktree: ${kind.name}`, async () => {
      const berth = launcherFile(scene.home.berthHome);
      const model = scene.modelOf(kind);
      const shown = await scene.run(
        scene.home.folder,
        berth,
        ...["setup", kind.name, "--yes"],
      );
      assert.ok(shown.startsWith(`${kind.name} mcp add `), shown);
      for (const worktree of [scene.app, scene.feature]) {
        const prompt = `Where is ${path.basename(worktree)}`;
        model.script(prompt, { name: tool, input: {} });
        await until(
          `the answer of ${worktree}`,
          // Until the server is connected, which it may not wait for, it has not got its tools.
          async () => {
            await scene.run(worktree, kind.name, ...args(prompt));
            return model.answers.includes(`\\"rootPath\\":\\"${worktree}\\"`);
          },
          patience,
        );
        await scene.clients(worktree, 0);
      }
      await scene.run(
        scene.home.folder,
        berth,
        ...["setup", kind.name, "--remove", "--yes"],
      );
      assert.ok(
        !(
          await scene.run(scene.home.folder, kind.name, "mcp", "list")
        ).includes("berth"),
      );
    });
});
