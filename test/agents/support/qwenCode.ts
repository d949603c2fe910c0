// Qwen Code, set up as for somebody who has used it before, with a model that has Gemini's API.
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { gemini } from "./geminiModel";
import type { RealAgent } from "./scene";

const model = "dummy";

export const qwenCode: RealAgent = {
  name: "qwen",
  family: "qwen",
  dialect: gemini,
  command: (commands) => commands.qwen,
  environment: () => ({
    GEMINI_API_KEY: "dummy",
    QWEN_CODE_NO_RELAUNCH: "true",
    REMOTE_CONTAINERS: "true",
    // Qwen Code looks for an editor only in the terminals that it knows.
    TERM_PROGRAM: "vscode",
  }),
  async settle(home, _folders, modelUrl) {
    const folder = path.join(home.folder, ".qwen");
    await mkdir(folder);
    const settings = {
      general: { enableAutoUpdate: false },
      ide: { enabled: true, hasSeenNudge: true },
      // Otherwise its model is asked with the same words again, for what to remember.
      memory: { enableManagedAutoMemory: false, enableManagedAutoDream: false },
      model: { name: model },
      modelProviders: {
        gemini: [{ id: model, envKey: "GEMINI_API_KEY", baseUrl: modelUrl }],
      },
      privacy: { usageStatisticsEnabled: false },
      security: { auth: { selectedType: "gemini" } },
      telemetry: { enabled: false },
      tools: { approvalMode: "default" },
      ui: { hideTips: true, theme: "Default" },
    };
    const file = path.join(folder, "settings.json");
    await writeFile(file, JSON.stringify(settings));
  },
  ready: /Type your message/,
};
