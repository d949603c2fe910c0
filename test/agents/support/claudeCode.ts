// Claude Code, set up as for somebody who has used it before.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { anthropic } from "./anthropicModel";
import type { RealAgent } from "./scene";

/** Claude Code asks once about each key, and remembers its last characters. */
const apiKey = "sk-ant-dummy-key-of-berths-own-tests";

export const claudeCode: RealAgent = {
  name: "claude",
  family: "claude",
  dialect: anthropic,
  command: ({ claude }) => [...claude, "--permission-mode", "default"],
  environment: (modelUrl) => ({
    ANTHROPIC_API_KEY: apiKey,
    ANTHROPIC_BASE_URL: modelUrl,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
    DISABLE_TELEMETRY: "1",
  }),
  async settle(home, folders) {
    const project = {
      hasTrustDialogAccepted: true,
      hasCompletedProjectOnboarding: true,
      allowedTools: [],
    };
    const memory = {
      hasCompletedOnboarding: true,
      lastOnboardingVersion: "2.1.332",
      theme: "dark",
      numStartups: 5,
      autoUpdates: false,
      installMethod: "npm",
      customApiKeyResponses: { approved: [apiKey.slice(-20)], rejected: [] },
      projects: Object.fromEntries(folders.map((folder) => [folder, project])),
    };
    const file = path.join(home.folder, ".claude.json");
    await writeFile(file, JSON.stringify(memory));
  },
  ready: /^❯/m,
};

/** A version that people still have, beside the newest one. */
export const olderClaudeCode: RealAgent = {
  ...claudeCode,
  command: ({ olderClaude }) => [
    ...olderClaude,
    "--permission-mode",
    "default",
  ],
};
