// What an agent tells its model of the editor.
import { randomUUID } from "node:crypto";
import { until } from "../../harness/until";
import type { DummyModel } from "./dummyModel";
import { patience } from "./scene";
import type { Terminal } from "./terminal";

/** Gives prompt after prompt, until the model hears this text with one; returns the whole conversation. */
export function hears(
  model: DummyModel,
  agent: Terminal,
  text: RegExp,
): Promise<string> {
  return until(
    `the model to hear ${String(text)}`,
    async () => {
      const prompt = `Say what you see, ${randomUUID()}`;
      await agent.submit(prompt);
      await until("the prompt", () => model.heard.includes(prompt));
      return text.test(model.heard) && model.heard;
    },
    patience,
  );
}
