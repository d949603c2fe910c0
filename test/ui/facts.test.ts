// What a window says about its worktrees: their colours, since when they run and what that costs, and the diagnostics.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { sections } from "../../src/core/messages/diagnostics";
import { GitRepository } from "../harness/gitRepository";
import { TestHome } from "../harness/testHome";
import { readableTerminals } from "../harness/terminalPanel";
import { until } from "../harness/until";
import { VSCodeServer } from "../harness/vscodeServer";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { openShown, readLocks, recordOf, STATUS } from "./instances";
import { AgentPrograms } from "./support/agentPrograms";

/** As no part of Berth makes one up. */
const SECRET = "hunter2-hunter2";

describe("A window on one of several worktrees", function () {
  let home: TestHome;
  let vscode: VSCodeServer;
  let app: string;
  let feature: string;
  let first: WorkbenchWindow;
  let second: WorkbenchWindow;
  /** Ids by colour in any theme, as a browser writes it. */
  let ids: ReadonlyMap<string, string>;

  before(async () => {
    home = await TestHome.create();
    const repository = await GitRepository.create(
      path.join(home.folder, "app"),
    );
    app = repository.folder;
    feature = await repository.addWorktree("feature-x");
    const programs = await AgentPrograms.create(
      path.join(home.folder, "agents"),
      ["claude"],
    );
    await programs.putOnPath(home);
    const { contributes } = JSON.parse(
      await readFile("package.json", "utf8"),
    ) as {
      contributes: {
        colors: { id: string; defaults: Record<string, string> }[];
      };
    };
    ids = new Map(
      contributes.colors.flatMap(({ id, defaults }) =>
        Object.values(defaults).map((color) => {
          const parts = [1, 3, 5].map((at) =>
            parseInt(color.slice(at, at + 2), 16),
          );
          return [`rgb(${parts.join(", ")})`, id] as const;
        }),
      ),
    );
    vscode = await VSCodeServer.start({
      home,
      settings: {
        ...readableTerminals,
        "berth.backends": {
          web: {
            command: process.execPath,
            args: [
              "-e",
              "require('http').createServer((_, answer) => answer.end()).listen(process.env.PORT, '127.0.0.1')",
              SECRET,
            ],
            env: { PORT: "${port}", WEB_KEY: SECRET },
            url: "http://127.0.0.1:${port}/",
            start: "withWorktree",
          },
        },
      },
    });
    first = await openShown(vscode, home, app);
    second = await openShown(vscode, home, feature);
  });
  after(async () => {
    await vscode.stop();
    await home.remove();
  });

  const colorIn = async (window: WorkbenchWindow) =>
    ids.get(await window.statusBarColor(STATUS));
  const colored = (window: WorkbenchWindow) =>
    until("the colour in the status bar", () => colorIn(window));

  it("has its worktree's own colour in the status bar and on the terminal's tab", async () => {
    await second.page.bringToFront();
    const [ofFirst, ofSecond] = [await colored(first), await colored(second)];
    assert.notEqual(ofFirst, ofSecond);
    await second.runCommand("Berth: Open Agent Terminal...");
    await until("the terminal's tab in that colour", async () => {
      const [icon] = await second.terminals.icons();
      const [color = ""] = await second.terminals.iconColors();
      return (
        icon === `robot ${ofSecond.replace(".", "_")}` &&
        ids.get(color) === ofSecond
      );
    });
  });

  it("has no colour of its own where the user wants none, and has it back", async () => {
    await second.page.bringToFront();
    const before = await colored(second);
    await vscode.setSettings({ "berth.worktreeColors": false });
    await until("no colour", async () => (await colorIn(second)) === undefined);
    await vscode.setSettings({});
    assert.equal(await colored(second), before);
  });

  it("says since when a worktree's server and backends run and what memory that takes, unless the user wants none of it", async () => {
    await first.page.bringToFront();
    const tooltip = async () => {
      await first.page.mouse.move(600, 300);
      return first.statusBarTooltip(STATUS);
    };
    const usage =
      /port \d+, no agent · since .*web .*· since .*, [\d.]+ MB.*server [\d.]+ MB for 2 instances/s;
    await until("memory and time in the tooltip", async () =>
      usage.test(await tooltip()),
    );
    await first.tree.open();
    await until("memory and time in the tree", async () => {
      const rows = await first.tree.rows();
      const [web] = rows.filter(({ label }) => label === "web");
      return (
        /since .*, [\d.]+ MB/.test(web?.description ?? "") &&
        /since .*, [\d.]+ MB/.test(web?.spoken ?? "")
      );
    });
    await vscode.setSettings({ "berth.showUsage": false });
    await until(
      "nothing of it in the tooltip",
      async () => !/since|MB/.test(await tooltip()),
    );
    await until("nothing of it in the tree", async () =>
      (await first.tree.rows()).every(
        ({ description }) => !/since|MB/.test(description),
      ),
    );
    await vscode.setSettings({});
  });

  it("copies diagnostics that say what runs and give nothing away", async () => {
    await first.page.bringToFront();
    await first.page.evaluate("navigator.clipboard.writeText('')");
    await first.runCommand("Berth: Copy Diagnostics");
    const report = await until(
      "the diagnostics on the clipboard",
      () => first.page.evaluate<string>("navigator.clipboard.readText()"),
      90_000,
    );
    const parts = report.split(/^## /m);
    const part = (title: string) =>
      parts.find((each) => each.startsWith(`${title}\n`)) ?? "";
    for (const title of Object.values(sections)) {
      assert.notEqual(part(title), "", title);
      assert.doesNotMatch(part(title), /could not be found out/);
    }
    const { port } = await recordOf(home, app);
    assert.match(
      part(sections.versions),
      /^Berth \d.*^Node \d.*^git version/ms,
    );
    assert.match(
      part(sections.settings),
      /berth\.backends \(user\): .*"args":\["<string>","<string>","<string>"\].*"WEB_KEY":"<string>"/,
    );
    for (const [name, folder] of [
      ["app@main", "~/app"],
      ["app@feature-x", "~/app-feature-x"],
    ] as const)
      assert.ok(part(sections.instances).includes(`${name} (${folder}): port`));
    assert.match(
      part(sections.instances),
      new RegExp(
        `port ${port}, no agent.*discovery files for Claude Code, Gemini CLI, Qwen Code`,
      ),
    );
    assert.match(
      part(sections.backends),
      /^web \(~\/app\): ready, port \d+, process \d+, since /m,
    );
    assert.match(part(sections.doctor), /^ok .*The directories are yours/m);
    assert.match(part(sections.log), /\[info\]/);
    const secrets = [
      SECRET,
      home.folder,
      (await recordOf(home, app)).controlToken,
      ...(await readLocks(home)).map(({ authToken }) => authToken),
    ];
    for (const secret of secrets) assert.ok(!report.includes(secret), secret);
  });
});
