// Installs what test/agents needs: tmux, and the real agents, pinned, once, in the cache outside the repository.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import path from "node:path";
import { cachedFolder } from "../lib/cache.mjs";
import { installFromDebian, installVSCode } from "../lib/install.mjs";
import { npm, Problem, step } from "../lib/task.mjs";

const source = import.meta.dirname;

/**
 * Installs the agents once per lockfile content, and returns the command that runs each.
 * @returns {Promise<Record<"claude" | "olderClaude" | "gemini" | "qwen" | "codex", readonly string[]>>}
 */
export async function installAgents() {
  const lockfile = readFileSync(path.join(source, "package-lock.json"));
  const key = createHash("sha256").update(lockfile);
  const folder = await cachedFolder("agents", key, async (partial) => {
    for (const name of ["package.json", "package-lock.json", ".npmrc"])
      await cp(path.join(source, name), path.join(partial, name));
    await step(
      "Installing Claude Code, Gemini CLI, Qwen Code and Codex, once (1 GB)",
      // Not `npm ci`: some optional packages of Qwen Code are not in the registry, so no lockfile is complete.
      npm(["install", "--no-save", "--ignore-scripts"], partial),
    );
  });
  const modules = path.join(folder, "node_modules");
  return {
    claude: [claudeBinary(path.join(modules, "@anthropic-ai"))],
    olderClaude: [
      claudeBinary(
        path.join(
          modules,
          "claude-code-older",
          "node_modules",
          "@anthropic-ai",
        ),
      ),
    ],
    gemini: [
      process.execPath,
      path.join(modules, "@google", "gemini-cli", "bundle", "gemini.js"),
    ],
    codex: [
      process.execPath,
      path.join(modules, "@openai", "codex", "bin", "codex.js"),
    ],
    qwen: [
      (await installVSCode()).node,
      path.join(modules, "@qwen-code", "qwen-code", "cli-entry.js"),
    ],
  };
}

/** Finds the platform's binary, which the package's own script would copy over a placeholder; we run it in place. */
function claudeBinary(scope) {
  const binary = readdirSync(scope)
    .map((name) => path.join(scope, name, "claude"))
    .find((file) => existsSync(file));
  if (binary) return binary;
  throw new Problem(
    `There is no Claude Code for ${process.platform}-${process.arch}, or npm was told to omit optional packages.`,
  );
}

/**
 * Returns the path of tmux; installs it when run as root on Debian.
 * @returns {Promise<string>}
 */
export async function findTmux() {
  const findInstalled = () =>
    (process.env["PATH"] ?? "")
      .split(path.delimiter)
      .map((folder) => path.join(folder, "tmux"))
      .find((file) => existsSync(file));
  const found = findInstalled();
  if (found) return found;
  if (await installFromDebian("tmux", "tmux")) {
    const tmux = findInstalled();
    if (tmux) return tmux;
  }
  throw new Problem(
    "The real agents run in tmux, which was not found: install it (Debian: apt install tmux, macOS: brew install tmux).",
  );
}
