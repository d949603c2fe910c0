// Servers of the user's own, one per worktree, as a user sees and steers them in two windows.
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { backendAdded } from "../../src/core/backendMessages";
import {
  backendNames as names,
  callTool,
  everything,
  mcpBackends,
  requestSession,
  tellingTools,
} from "../harness/backends";
import { pidExists } from "../../src/core/system/processIdentity";
import type { TestHome } from "../harness/testHome";
import { until } from "../harness/until";
import type { VSCodeServer } from "../harness/vscodeServer";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { screenshots, shown, STATUS } from "./instances";
import { openTwoWorktrees } from "./twoWorktrees";

describe("The backends of two worktrees in two windows", function () {
  let home: TestHome;
  let vscode: VSCodeServer;
  let app: string;
  let feature: string;
  let first: WorkbenchWindow;
  let second: WorkbenchWindow;

  before(async () => {
    ({ home, vscode, app, feature, first, second } = await openTwoWorktrees(
      { "src/main.ts": "one\n" },
      {
        settings: {
          "workbench.reduceMotion": "on",
          "chat.disableAIFeatures": false,
          "berth.backends": {
            ...mcpBackends,
            broken: {
              command: process.execPath,
              args: [
                "-e",
                "console.log('No such option: --colour'); process.exit(2)",
              ],
              url: "http://127.0.0.1:${port}/",
            },
            slow: {
              command: "sleep",
              args: ["1000"],
              url: "http://127.0.0.1:${port}/",
              ready: { timeout: 600 },
            },
          },
        },
      },
    ));
    await first.page.bringToFront();
  });
  after(async () => {
    await vscode.stop();
    await home.remove();
  });

  const picker = { x: 320, y: 0, width: 640, height: 380 };
  const screenshot = async (
    { page }: WorkbenchWindow,
    name: string,
    clip: typeof picker,
  ): Promise<void> => {
    await mkdir(screenshots, { recursive: true });
    // No tooltip of what happens to be below the pointer.
    await page.mouse.move(1_100, 600);
    await page.locator(".monaco-hover:visible").waitFor({ state: "detached" });
    await page.screenshot({ path: path.join(screenshots, name), clip });
  };
  const row = async (window: WorkbenchWindow, name: string) =>
    (await window.pickerRows()).find(({ label }) => label.trim() === name);
  const describes = (window: WorkbenchWindow, name: string, text: RegExp) =>
    until(`${name} is ${String(text)}`, async () => {
      const found = await row(window, name);
      return (
        found && text.test(`${found.description} ${found.detail}`) && found
      );
    });
  const list = async (window: WorkbenchWindow): Promise<void> => {
    await window.page.bringToFront();
    await window.runCommand("Berth: List Instances");
  };
  const sessions = async (worktree: string) =>
    Object.fromEntries(
      await Promise.all(
        names.map(
          async (name) =>
            [
              name,
              await requestSession(home.berthHome, worktree, name),
            ] as const,
        ),
      ),
    );

  it("are listed below their worktree, and start from there (Screenshots)", async () => {
    await list(first);
    await describes(first, "stdio", /stopped/);
    await first.pressRowButton("http", "Start Backend");
    await describes(first, "http", /ready, port \d+/);
    await first.pressRowButton("slow", "Start Backend");
    await describes(first, "slow", /starting/);
    await screenshot(first, "backends.png", picker);
    await first.pressRowButton("slow", "Stop Backend");
    await first.pressRowButton("stdio", "Start Backend");
    await describes(first, "stdio", /ready, port \d+/);
    await first.closePicker();
  });

  it("answer a client of each worktree with that worktree's own", async () => {
    for (const worktree of [app, feature])
      for (const [name, session] of Object.entries(await sessions(worktree))) {
        const { tool, says } = tellingTools[name as keyof typeof tellingTools];
        const answer = await callTool(session, tool);
        assert.ok(answer.includes(says(worktree)), `${name}: ${answer}`);
      }
  });

  it("keep their processes when a window reloads, and when its extension host is killed", async () => {
    const before = await sessions(app);
    const keepsThem = async () => {
      const after = await sessions(app);
      for (const name of names)
        assert.equal(after[name]?.pid, before[name]?.pid, name);
    };
    await first.reload();
    await shown(first);
    await keepsThem();
    const hosts = await vscode.extensionHosts();
    const host = hosts.at(-1);
    assert.ok(host);
    await vscode.killExtensionHost(host);
    await keepsThem();
    await until("the next extension host", async () => {
      const next = (await vscode.extensionHosts()).at(-1);
      return next && next.pid !== host.pid;
    });
    await keepsThem();
  });

  it("are known to VS Code's own agent mode", async () => {
    await first.runCommand("MCP: List Servers");
    await until(
      "its list",
      async () => (await row(first, "http (app@main)")) !== undefined,
    );
    const labels = (await first.pickerRows()).map(({ label }) => label.trim());
    for (const name of names)
      assert.ok(labels.includes(`${name} (app@main)`), labels.join());
    await first.closePicker();
  });

  it("show why one has failed, and its log is one click away (Screenshots)", async () => {
    await first.runAndPick("Berth: Restart Backend...", "broken");
    await until("what has failed", async () =>
      (await first.notifications()).some((text) =>
        /broken of app@main has failed: it ended with exit code 2/.test(text),
      ),
    );
    await until("it in the status bar", async () =>
      /broken/.test((await first.statusBarText(STATUS)) ?? ""),
    );
    await first.pressNotificationButton("Show Backend Log");
    await until("its log", async () =>
      /No\s+such\s+option:\s+--colour/.test(
        await first.page
          .locator(".output-view-content, .part.panel")
          .first()
          .innerText(),
      ),
    );
    await first.runCommand("View: Hide Panel");
    await list(first);
    await describes(first, "broken", /failed .*--colour/);
    await screenshot(first, "backend-failed.png", picker);
    await first.closePicker();
  });

  it("stop when the user says so, and all windows show it", async () => {
    const { http } = await sessions(app);
    assert.ok(http);
    await first.runAndPick("Berth: Stop Backend...", "http");
    await until("its process to end", () => !pidExists(http.pid));
    await list(first);
    await describes(first, "http", /stopped/);
    await first.closePicker();
  });

  /** Answers what the command asks once a server has been chosen. */
  const addChosen = async (name: string, shown: string): Promise<void> => {
    const { page } = first;
    await until("the name", async () =>
      /BERTH_<NAME>_URL/.test(
        await page.locator(".quick-input-widget").innerText(),
      ),
    );
    await page.keyboard.press("Enter");
    await until("the question", async () =>
      ((await first.dialogText()) ?? "").includes(shown),
    );
    await first.pressDialogButton("Add to User Settings");
    await until("the message", async () =>
      (await first.notifications()).includes(backendAdded(name)),
    );
  };

  it("can be added from a list of presets, and are in the user's settings then", async () => {
    await first.runAndPick(
      "Berth: Add Backend...",
      "Any MCP server on standard streams",
    );
    await first.typeInPicker('my-server --root "${worktree}"');
    await first.page.keyboard.press("Enter");
    await addChosen("stdio-server", "my-server");
    await list(first);
    await describes(first, "stdio-server", /stopped/);
    await first.closePicker();
  });

  it("can be what the workspace has written down for other programs", async () => {
    const command = process.execPath;
    const args = [everything, "stdio"];
    const write = (file: string, content: object) =>
      writeFile(path.join(app, file), JSON.stringify(content));
    await mkdir(path.join(app, ".vscode"), { recursive: true });
    await write(".mcp.json", {
      mcpServers: {
        "of Claude": { command, args, env: { AT: "I am at ${HOME}" } },
        elsewhere: { type: "http", url: "https://example.com/mcp" },
      },
    });
    await write(".vscode/mcp.json", {
      servers: {
        ofCode: { command, args, env: { AT: "I am at ${workspaceFolder}" } },
      },
    });
    for (const [label, name, place] of [
      ["of Claude", "of-Claude", "/"],
      ["ofCode", "ofCode", app],
    ] as const) {
      await first.page.bringToFront();
      await first.runAndPick("Berth: Add Backend...", label);
      await addChosen(name, "I am at");
      const session = await requestSession(home.berthHome, app, name);
      const answer = await callTool(session, "get-env");
      assert.ok(answer.includes(`I am at ${place}`), answer);
    }
  });

  it("of a workspace run once the user has seen all of their command line, and asks again when it changes (Screenshots)", async () => {
    const settings = path.join(feature, ".vscode", "settings.json");
    await mkdir(path.dirname(settings), { recursive: true });
    await writeFile(
      path.join(feature, "server.mjs"),
      'import { createServer } from "node:http";\n' +
        'createServer((_, response) => response.end()).listen(process.argv[3], "127.0.0.1");\n',
    );
    const define = (argument: string) =>
      writeFile(
        settings,
        JSON.stringify({
          "berth.backends": {
            ours: {
              command: "node",
              args: ["server.mjs", "--port", "${port}", argument],
              url: "http://127.0.0.1:${port}/",
            },
          },
        }),
      );
    await second.page.bringToFront();
    for (const argument of ["--first", "--second"]) {
      await define(argument);
      await until("the question", async () =>
        (await second.notifications()).some((text) => /"ours"/.test(text)),
      );
      await second.pressNotificationButton("Review...");
      await until("all of it", async () =>
        ((await second.dialogText()) ?? "").includes(argument),
      );
      await screenshot(second, "consent.png", {
        ...{ x: 360, y: 180, width: 560, height: 430 },
      });
      await second.pressDialogButton("Allow");
      await list(second);
      await describes(second, "ours", /stopped|ready|starting/);
      await second.closePicker();
      const { url } = await requestSession(home.berthHome, feature, "ours");
      assert.ok(url);
    }
  });

  it("are completed and checked in settings.json (Screenshots)", async () => {
    const file = path.join(app, ".vscode", "settings.json");
    await mkdir(path.dirname(file), { recursive: true });
    const lines = [
      "{",
      '  "berth.backends": {',
      '    "web": {',
      '      "command": "npx",',
      '      "args": "vite",',
      "      ",
      "    }",
      "  }",
      "}",
    ];
    await writeFile(file, lines.join("\n"));
    await first.page.bringToFront();
    await until("what is wrong", async () =>
      (await first.notifications()).some((text) =>
        /"web": args must be a list of texts/.test(text),
      ),
    );
    await first.openFile(".vscode/settings.json");
    await first.page.locator(".squiggly-warning").first().waitFor();
    await first.selectLines(6, 6);
    await first.page.keyboard.press("End");
    const suggestions = first.page.locator(".suggest-widget.visible");
    await until("the fields", async () => {
      await first.page.keyboard.press("Control+Space");
      return /idleMinutes/.test(
        await suggestions.innerText({ timeout: 5_000 }),
      );
    });
    await screenshot(first, "settings.png", {
      ...{ x: 352, y: 36, width: 640, height: 380 },
    });
  });
});
