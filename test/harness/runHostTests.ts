// Runs test/host inside an extension host, opened on a linked worktree: in the embedded VS Code, or with the argument
// `electron` in one that @vscode/test-electron downloads.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { downloadAndUnzipVSCode, runTests } from "@vscode/test-electron";
import { GitRepository } from "./gitRepository";
import { TestHome } from "./testHome";
import { VSCodeServer } from "./vscodeServer";

const extension = process.cwd();
const tests = path.resolve("out", "test", "host", "index");

async function runEmbedded(
  home: TestHome,
  folder: string,
  env: Record<string, string>,
): Promise<number> {
  const vscode = await VSCodeServer.start({
    home,
    env,
    extensions: [],
    // In a browser VS Code saves after a second; these tests save when they want to.
    settings: { "files.autoSave": "off" },
    args: ["--vscode-option", "enable-smoke-test-driver"],
  });
  try {
    return await vscode.runTests(folder, extension, tests);
  } finally {
    await vscode.stop();
  }
}

async function runElectron(
  home: TestHome,
  folder: string,
  env: Record<string, string>,
): Promise<number> {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform === "linux" && !DISPLAY && !WAYLAND_DISPLAY)
    throw new Error(
      "VS Code needs a display here: xvfb-run -a npm run test:electron",
    );
  const vscodeExecutablePath = await downloadAndUnzipVSCode({
    cachePath: path.resolve("node_modules", ".cache", "vscode-test"),
  }).catch((error: unknown) => {
    throw new Error(
      "VS Code cannot be downloaded from its vendor on this machine; `npm test` runs the same tests in an embedded one.",
      { cause: error },
    );
  });
  return runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: extension,
    extensionTestsPath: tests,
    extensionTestsEnv: { ...home.env, ...env },
    launchArgs: [
      folder,
      "--disable-extensions",
      "--disable-workspace-trust",
      `--user-data-dir=${path.join(home.folder, "user-data")}`,
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    ],
  });
}

async function main(): Promise<void> {
  const home = await TestHome.create();
  const report = path.join(home.folder, "report.txt");
  try {
    const app = await GitRepository.create(path.join(home.folder, "app"), {
      "src/main.ts": "export const answer: number = 42;\n",
    });
    const worktree = await app.addWorktree("feature-x");
    const runIn = process.argv[2] === "electron" ? runElectron : runEmbedded;
    process.exitCode = await runIn(home, worktree, {
      BERTH_TEST_REPORT: report,
    });
  } finally {
    if (existsSync(report)) console.log(await readFile(report, "utf8"));
    await home.remove();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
