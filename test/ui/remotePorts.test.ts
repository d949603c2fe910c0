// VS Code forwards ports that programs open on a server to its user's machine. Those of the user's programs, never Berth's.
import assert from "node:assert/strict";
import { cp, mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { GitRepository } from "../harness/gitRepository";
import { readableTerminals } from "../harness/terminalPanel";
import { TestHome } from "../harness/testHome";
import { until } from "../harness/until";
import { VSCodeServer } from "../harness/vscodeServer";
import type { WorkbenchWindow } from "../harness/workbenchWindow";
import { openShown, recordOf } from "./instances";

describe("Ports on a server", function () {
  let home: TestHome;
  let vscode: VSCodeServer;
  let window: WorkbenchWindow;
  let app: string;
  let feature: string;

  before(async () => {
    home = await TestHome.create();
    const repository = await GitRepository.create(
      path.join(home.folder, "app"),
    );
    app = repository.folder;
    feature = await repository.addWorktree("feature-x");
    // Where VS Code installs it: a process is known by its command line.
    const installed = path.join(home.folder, "installed", "berth.berth-0.1.0");
    await mkdir(installed, { recursive: true });
    for (const part of ["package.json", "dist", "media"])
      await cp(part, path.join(installed, part), { recursive: true });
    vscode = await VSCodeServer.start({
      home,
      extensions: [installed],
      env: { SHELL: "/bin/sh" },
      settings: {
        ...readableTerminals,
        // Not quiet: as VS Code has them.
        "remote.autoForwardPorts": undefined,
        "remote.autoForwardPortsSource": undefined,
      },
    });
    window = await openShown(vscode, home, app);
  });
  after(async () => {
    await vscode.stop();
    await home.remove();
  });

  /** Starts a program in a terminal that listens on a port of the system's choice, and returns that. */
  const listen = async (name: string): Promise<number> => {
    const file = path.join(home.folder, name);
    const program = `const s = require('net').createServer().listen(0, '127.0.0.1', () => require('fs').writeFileSync('${file}', String(s.address().port)))`;
    await window.runCommand("Terminal: Create New Terminal");
    await window.terminals.prompts();
    await window.terminals.type(`'${process.execPath}' -e "${program}"`);
    return until(`the port of ${name}`, async () =>
      Number(await readFile(file, "utf8").catch(() => "")),
    );
  };

  it("are forwarded if a program of the user listens, and not if Berth does", async function () {
    if (process.platform !== "linux") this.skip();
    const forwarded = async (port: number): Promise<void> => {
      await window.ports.open();
      await until(`port ${String(port)} to be forwarded`, async () =>
        (await window.ports.rows()).some((row) => row.startsWith(String(port))),
      );
    };
    await forwarded(await listen("first"));
    // VS Code looks at all ports at once: Berth's new one is among those that it has seen when it shows the next.
    await window.runAndPick("Berth: Start Instance...", "app@feature-x");
    const own = [
      (await recordOf(home, app)).port,
      (await recordOf(home, feature)).port,
    ];
    await forwarded(await listen("second"));
    const rows = await window.ports.rows();
    for (const port of own)
      assert.ok(
        rows.every((row) => !row.startsWith(String(port))),
        `${String(port)} is in ${rows.join(" | ")}`,
      );
  });
});
