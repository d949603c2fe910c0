// Another extension that interferes with the environment of terminals, as some do.
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { TestHome } from "../../harness/testHome";

/** Sets Claude Code's port for every terminal, once it is told to (Meddler: On). */
export async function writeMeddler(home: TestHome): Promise<string> {
  const folder = path.join(home.folder, "meddler");
  await mkdir(folder);
  await writeFile(
    path.join(folder, "package.json"),
    JSON.stringify({
      name: "meddler",
      publisher: "test",
      version: "1.0.0",
      engines: { vscode: "^1.101.0" },
      main: "./main.js",
      contributes: {
        commands: [{ command: "meddler.on", title: "Meddler: On" }],
      },
    }),
  );
  await writeFile(
    path.join(folder, "main.js"),
    `const vscode = require("vscode");
exports.activate = (context) => {
  const all = context.environmentVariableCollection;
  context.subscriptions.push(
    vscode.commands.registerCommand("meddler.on", async () => {
      for (const name of ["CLAUDE_CODE_SSE_PORT", "CLAUDE_WORKTREE_PATH", "GEMINI_CLI_IDE_SERVER_PORT"])
        all.replace(name, "meddled");
      all.replace("MEDDLED", "yes");
      await vscode.window.showInformationMessage("Meddled");
    }),
  );
};`,
  );
  return folder;
}
