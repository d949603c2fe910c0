// The berth command beside a real VS Code with two windows: in its terminals, and as the MCP server of clients outside of it.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { commandInstalled } from "../../src/core/messages/terminals";
import { hasSshd, type Sshd, startSshd } from "../harness/sshd";
import { endSupervisors } from "../harness/supervisors";
import { readableTerminals } from "../harness/terminalPanel";
import { TestHome } from "../harness/testHome";
import { until } from "../harness/until";
import { VSCodeServer } from "../harness/vscodeServer";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { Window } from "../unit/support/window";
import { openShown, recordOf, screenshots } from "./instances";
import { openTwoWorktrees } from "./twoWorktrees";

describe("The berth command", function () {
  let home: TestHome;
  let vscode: VSCodeServer;
  let app: string;
  let feature: string;
  let first: WorkbenchWindow;
  let second: WorkbenchWindow;
  const clients: Client[] = [];

  before(async () => {
    ({ home, vscode, app, feature, first, second } = await openTwoWorktrees(
      { "src/main.ts": "one\ntwo\nthree\n" },
      { settings: readableTerminals, env: { SHELL: "/bin/sh" } },
    ));
  });
  after(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await vscode.stop();
    await home.remove();
  });

  /** Of the launcher that the extension has written. */
  const launcher = () => path.join(home.berthHome, "bin", "berth");

  async function connect(cwd: string, ...args: string[]): Promise<Client> {
    const client = new Client({ name: "outside", version: "1" });
    clients.push(client);
    await client.connect(
      new StdioClientTransport({
        command: launcher(),
        args,
        cwd,
        env: { ...home.env, PATH: process.env["PATH"] ?? "" },
        stderr: "ignore",
      }),
    );
    await client.listTools();
    return client;
  }
  async function call(
    client: Client,
    name: string,
    args: Record<string, unknown> = {},
  ) {
    const result = await client.callTool({ name, arguments: args }, undefined, {
      timeout: 120_000,
    });
    const [item] = result.content as { text: string }[];
    return { isError: result.isError === true, text: item?.text ?? "" };
  }

  it("is on the PATH of terminals, and lists the instances of all windows", async () => {
    await first.page.bringToFront();
    await first.runCommand("Terminal: Create New Terminal");
    await first.terminals.prompts();
    await first.terminals.type("berth list");
    await first.terminals.shows(/app@main +live/);
    await first.terminals.shows(/app@feature-x +live/);
  });

  it("is linked into the user's directory of commands by command", async () => {
    await first.runCommand("Berth: Install Command in PATH");
    const link = path.join(home.folder, ".local", "bin", "berth");
    await until("the message", async () =>
      (await first.notifications()).includes(commandInstalled(link, false)),
    );
    assert.equal(realpathSync(link), launcher());
  });

  it("tells an agent of Berth from the palette, in a terminal that shows it first", async () => {
    await first.runAndPick("Berth: Connect an Agent's Configuration...", "Zed");
    await first.terminals.shows(/Write it\? \[y\/N\]/);
    await first.terminals.type("y");
    const settings = path.join(home.folder, ".config", "zed", "settings.json");
    await until("the line", () =>
      readFileSync(settings, "utf8").includes('"connect"'),
    );
    await first.runCommand("Terminal: Kill All Terminals");
  });

  it("keeps a client connected while its window reloads or its extension host is killed", async () => {
    const bridged = await connect(app, "connect");
    const routed = await connect(home.folder, "mcp");
    const filePath = path.join(app, "src", "main.ts");
    await first.page.bringToFront();
    for (let round = 0; round < 20; round += 1) {
      const isReload = round % 2 === 0;
      if (isReload) void first.page.reload();
      else {
        const hosts = await vscode.extensionHosts();
        // The one of the first window reloaded last.
        const host = hosts.at(-1) ?? assert.fail("no extension host");
        await vscode.killExtensionHost(host);
      }
      const [read, acted, other] = await Promise.all([
        call(bridged, "getWorkspaceFolders"),
        call(bridged, "openFile", { filePath }),
        call(routed, "openFile", { filePath, target: app }),
      ]);
      assert.equal(
        (JSON.parse(read.text) as { rootPath: string }).rootPath,
        app,
        `round ${round}`,
      );
      for (const { isError, text } of [acted, other])
        assert.equal(isError, false, `round ${round}: ${text}`);
      await first.waitForWorkbench();
      await recordOf(home, app);
    }
  });

  it("gives each client its own worktree's answer", async () => {
    const [a, b] = await Promise.all([
      connect(app, "connect"),
      connect(path.join(feature, "src"), "connect"),
    ]);
    await second.page.bringToFront();
    await second.openFile("src/main.ts");
    await second.selectLines(1, 2);
    await until("the selection", async () =>
      (await call(b, "getCurrentSelection")).text.includes("one\\ntwo"),
    );
    assert.ok(!(await call(a, "getLatestSelection")).text.includes("feature"));
  });
});

describe("The list of instances, with other machines,", function () {
  let home: TestHome;
  let other: TestHome;
  let vscode: VSCodeServer;
  let sshd: Sshd;
  let there: Window;

  before(async function () {
    if (!hasSshd) this.skip();
    [home, other] = await Promise.all([TestHome.create(), TestHome.create()]);
    const directory = path.join(home.folder, "sshd");
    mkdirSync(directory);
    const cli = path.resolve("dist", "cli.js");
    sshd = await startSshd({ directory, home: other.folder, cli });
    const folder = path.join(other.folder, "project");
    mkdirSync(folder);
    there = await Window.open({
      home: other.berthHome,
      lockDirectory: other.lockFolder,
      folders: [folder],
    });
    await there.record();
    // VS Code takes the PATH from the login shell.
    writeFileSync(
      path.join(home.folder, ".profile"),
      `PATH=${sshd.bin}:${process.env["PATH"] ?? ""}\nexport PATH\n`,
    );
    vscode = await VSCodeServer.start({
      home,
      settings: { "berth.hosts": ["build", "away"] },
    });
  });
  after(async () => {
    await vscode.stop();
    await there.dispose();
    await endSupervisors(other.berthHome);
    sshd.stop();
    await home.remove();
    await other.remove();
  });

  it("shows what runs there, and which is away", async () => {
    const here = path.join(home.folder, "here");
    mkdirSync(here);
    const window = await openShown(vscode, home, here);
    await window.runCommand("Berth: List Instances");
    const rows = await until("the machines", async () => {
      const all = await window.pickerRows();
      return all.some(({ label }) => label === "away") && all;
    });
    const [first, second] = rows.slice(
      rows.findIndex(({ group }) => group === "Other machines"),
    );
    assert.deepEqual(
      [first?.label, first?.detail],
      ["project", `build:${path.join(other.folder, "project")}`],
    );
    assert.match(first?.description ?? "", /^port \d+, no agent$/);
    assert.deepEqual(
      [second?.label, second?.description],
      ["away", "not reached"],
    );
    assert.match(second?.detail ?? "", /refused/);
    await window.screenshot(path.join(screenshots, "other-machines.png"));
    await window.closePicker();
  });
});
