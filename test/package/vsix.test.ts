// What users get: a VSIX that installs, contains exactly these files, and is small.
import assert from "node:assert/strict";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import {
  backendNames,
  callTool,
  mcpBackends,
  requestSession,
  tellingTools,
} from "../harness/backends";
import { GitRepository } from "../harness/gitRepository";
import { TestHome } from "../harness/testHome";
import { VSCodeServer } from "../harness/vscodeServer";
import { openShown } from "../ui/instances";

interface Manifest {
  readonly capabilities: {
    readonly untrustedWorkspaces: {
      readonly restrictedConfigurations: readonly string[];
    };
  };
  readonly contributes: {
    readonly configuration: { readonly properties: Record<string, unknown> };
  };
}

const expected = [
  ".vsixmanifest",
  "LICENSE.txt",
  "changelog.md",
  "dist/agentTerminal.js",
  "dist/cli.js",
  "dist/extension.js",
  "dist/guard.sh",
  "dist/supervisor.js",
  "media/berth.svg",
  "media/icon.png",
  "media/screenshots/backend-failed.png",
  "media/screenshots/backends.png",
  "media/screenshots/consent.png",
  "media/screenshots/diff.png",
  "media/screenshots/editor-menu.png",
  "media/screenshots/picker.png",
  "media/screenshots/settings.png",
  "media/screenshots/status-bar.png",
  "media/screenshots/terminal.png",
  "media/screenshots/tooltip.png",
  "media/screenshots/tree.png",
  "package.json",
  "readme.md",
];

describe("The manifest", () => {
  it("restricts every setting until the workspace is trusted", async () => {
    const { capabilities, contributes } = JSON.parse(
      await readFile("package.json", "utf8"),
    ) as Manifest;
    assert.deepEqual(
      capabilities.untrustedWorkspaces.restrictedConfigurations,
      Object.keys(contributes.configuration.properties),
    );
  });
});

describe("The VSIX", () => {
  const vsix = process.env["BERTH_TEST_VSIX"] ?? "";

  it("is at most 600 KB", async () => {
    const { size } = await stat(vsix);
    assert.ok(size <= 600 * 1024, `${size} bytes`);
  });

  it("installs exactly the expected files", async () => {
    const home = await TestHome.create();
    try {
      const vscode = await VSCodeServer.start({ home, extensions: [vsix] });
      await vscode.stop();
      const all = await readdir(home.folder, {
        recursive: true,
        withFileTypes: true,
      });
      const files = all
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name))
        .flatMap(
          (file) =>
            /\/extensions\/berth\.berth-[^/]+\/(.*)/.exec(file)?.[1] ?? [],
        );
      assert.deepEqual(files.sort(), expected);
    } finally {
      await home.remove();
    }
  });

  it("runs the user's own server for a window's worktree", async () => {
    const home = await TestHome.create();
    try {
      const { folder } = await GitRepository.create(
        path.join(home.folder, "app"),
        { "a.txt": "one\n" },
      );
      const vscode = await VSCodeServer.start({
        home,
        extensions: [vsix],
        settings: { "berth.backends": mcpBackends },
      });
      await openShown(vscode, home, folder);
      for (const name of backendNames) {
        const session = await requestSession(home.berthHome, folder, name);
        const { tool, says } = tellingTools[name];
        const answer = await callTool(session, tool);
        assert.ok(answer.includes(says(folder)), answer);
      }
      await vscode.stop();
    } finally {
      await home.remove();
    }
  });
});
