// What an agent tells its model of the editor.
import { randomUUID } from "node:crypto";
import { until } from "../../harness/until";
import { patience, type Scene } from "./scene";
import type { Terminal } from "./terminal";

/** Gives prompt after prompt, until the model hears this text with one; returns the whole conversation. */
export function hears(
  scene: Scene,
  agent: Terminal,
  text: RegExp,
): Promise<string> {
  return until(
    `the model to hear ${String(text)}`,
    async () => {
      await scene.prompt(agent, `Say what you see, ${randomUUID()}`);
      const { heard } = scene.model;
      return text.test(heard) && heard;
    },
    patience,
  );
}
