// Gemini CLI, set up as for somebody who has used it before.
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { gemini } from "./geminiModel";
import type { RealAgent } from "./scene";

export const geminiCli: RealAgent = {
  name: "gemini",
  family: "gemini",
  dialect: gemini,
  command: (commands) => commands.gemini,
  environment: (modelUrl) => ({
    GEMINI_API_KEY: "dummy",
    GOOGLE_GEMINI_BASE_URL: modelUrl,
    GEMINI_CLI_NO_RELAUNCH: "true",
    // Without it, an agent in a container would look for its editor on the container's host.
    REMOTE_CONTAINERS: "true",
  }),
  async settle(home) {
    const folder = path.join(home.folder, ".gemini");
    await mkdir(folder);
    const settings = {
      general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
      ide: { enabled: true, hasSeenNudge: true },
      privacy: { usageStatisticsEnabled: false },
      telemetry: { enabled: false },
      security: {
        auth: { selectedType: "gemini-api-key" },
        folderTrust: { enabled: false },
      },
      ui: { hideTips: true, hideBanner: true, theme: "Default" },
    };
    // In a terminal of VS Code it asks once whether it may change the terminal's key bindings.
    const state = { terminalSetupPromptShown: true };
    for (const [name, content] of Object.entries({ settings, state }))
      await writeFile(
        path.join(folder, `${name}.json`),
        JSON.stringify(content),
      );
  },
  ready: /Type your message/,
};
