// Codex, set up as for somebody who has used it before.
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { responses } from "./responsesModel";
import type { RealAgent } from "./scene";

export const codex: RealAgent = {
  name: "codex",
  dialect: responses,
  command: (commands) => commands.codex,
  environment: () => ({ DUMMY_KEY: "dummy" }),
  async settle(home, folders, modelUrl) {
    const folder = path.join(home.folder, ".codex");
    await mkdir(folder);
    const lines = [
      'model = "gpt-5"',
      'model_provider = "dummy"',
      "check_for_update_on_startup = false",
      "[analytics]",
      "enabled = false",
      "[model_providers.dummy]",
      'name = "dummy"',
      `base_url = "${modelUrl}/v1"`,
      'env_key = "DUMMY_KEY"',
      'wire_api = "responses"',
      ...folders.flatMap((each) => [
        `[projects."${each}"]`,
        'trust_level = "trusted"',
      ]),
      "",
    ];
    await writeFile(path.join(folder, "config.toml"), lines.join("\n"));
  },
  ready: /›/,
};
