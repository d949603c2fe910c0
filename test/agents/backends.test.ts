// The real Claude Code in Berth's terminals of two worktrees: each has its own worktree's servers, and no other's.
import assert from "node:assert/strict";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { backendVariables } from "../../src/core/agents/backendVariables";
import {
  backendNames as names,
  mcpBackends,
  requestSession,
  tellingTools,
} from "../harness/backends";
import { until } from "../harness/until";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { openShown } from "../ui/instances";
import { claudeCode } from "./support/claudeCode";
import { patience, Scene } from "./support/scene";

describe("Claude Code in the terminals of two worktrees with servers of their own", function () {
  let scene: Scene;

  before(async () => {
    const allowed = names.map((name) => `mcp__${name}`).join();
    scene = await Scene.openWith(
      {
        "berth.backends": mcpBackends,
        "berth.agents": { claude: { args: [`--allowedTools=${allowed}`] } },
      },
      claudeCode,
    );
  });
  after(() => scene.close());

  /** Its configuration files, of all terminals that run. */
  const files = async (): Promise<string[]> => {
    const found = await readdir(scene.home.folder, {
      recursive: true,
      withFileTypes: true,
    });
    return found
      .filter(({ name }) => name.includes(".servers.json"))
      .map((entry) => path.join(entry.parentPath, entry.name));
  };
  const opened = async (worktree: string): Promise<WorkbenchWindow> => {
    const window = await openShown(scene.vscode, scene.home, worktree);
    await window.runCommand("Berth: Open Agent Terminal...");
    await scene.clients(worktree, 1);
    await window.terminals.shows(/❯/);
    return window;
  };

  for (const which of ["app", "feature"] as const)
    it(`calls a tool of each and gets the answer of its worktree: ${which}`, async () => {
      const worktree = scene[which];
      const prompt = `Where are you, ${which}`;
      scene.model.script(
        prompt,
        ...names.map((name) => ({
          name: `mcp__${name}__${tellingTools[name].tool}`,
          input: {},
        })),
      );
      const others = await files();
      const window = await opened(worktree);
      await until(
        "all answers",
        async () => {
          // Until its servers are connected, which it does not wait for, it has not got their tools.
          await window.terminals.type(prompt);
          return until(
            "them",
            () =>
              names.every((name) =>
                scene.model.answers.includes(tellingTools[name].says(worktree)),
              ),
            15_000,
          );
        },
        patience,
      );
      for (const file of await files())
        assert.equal((await stat(file)).mode & 0o077, 0, file);
      await window.runCommand("Terminal: Kill All Terminals");
      await until("no file to be left behind", async () =>
        (await files()).every((file) => others.includes(file)),
      );
      await window.close();
    });

  it("is not needed for the variables of a terminal that the user opens", async () => {
    const window = await openShown(scene.vscode, scene.home, scene.app);
    const { url, port } = await requestSession(
      scene.home.berthHome,
      scene.app,
      "http",
    );
    await window.runCommand("Terminal: Create New Terminal");
    await window.terminals.shows(/[$#] $/);
    await window.terminals.type("env | grep BERTH_HTTP | sort");
    for (const [name, value] of Object.entries(
      backendVariables([{ name: "http", url, port }]),
    ))
      await window.terminals.shows(new RegExp(`${name}=${value}`));
  });
});
