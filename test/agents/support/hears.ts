// What an agent tells its model about the editor.
import { randomUUID } from "node:crypto";
import { until } from "../../harness/until";
import { patience, type Scene } from "./scene";
import type { Terminal } from "./terminal";

/** Prompts the agent until its model receives this text too; resolves with the whole conversation. */
export function hears(
  scene: Scene,
  agent: Terminal,
  text: RegExp,
): Promise<string> {
  return until(
    `the model to receive ${String(text)}`,
    async () => {
      await scene.prompt(agent, `Say what you see, ${randomUUID()}`);
      const { heard } = scene.model;
      return text.test(heard) && heard;
    },
    patience,
  );
}
