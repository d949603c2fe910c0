// Gives the port to a successor: at a reload in a remote window the next extension host starts before this one has ended.
import { setTimeout as delay } from "node:timers/promises";
import type { EditorApi } from "../contract";

/** Milliseconds; well below the time that a successor's request waits for its answer. */
const WINDOW_ANSWERS_WITHIN = 500;

export class HandOver {
  #giveAway: (() => void) | undefined;

  constructor(private readonly editor: Pick<EditorApi, "reachWindow">) {}

  /** This window is going away: resolves when a successor has asked for the port. */
  awaitSuccessor(): Promise<void> {
    return new Promise((resolve) => {
      this.#giveAway = resolve;
    });
  }

  /**
   * A successor asks for the port. "granted": whoever awaits a successor is told after the answer. "abandoned": the window
   * is gone without a word, and the instance has to be stopped. "refused": the window is alive.
   */
  async request(): Promise<"granted" | "abandoned" | "refused"> {
    if (this.#giveAway) {
      setImmediate(this.#giveAway);
      return "granted";
    }
    return (await isWindowAlive(this.editor)) ? "refused" : "abandoned";
  }
}

/** Whether a window is more than its extension host: a page that vanishes, as when its browser crashes, leaves one behind for hours. */
async function isWindowAlive({
  reachWindow,
}: Pick<EditorApi, "reachWindow">): Promise<boolean> {
  const gaveUp = new AbortController();
  const answered = reachWindow().then(() => true);
  try {
    return await Promise.race([
      answered,
      delay(WINDOW_ANSWERS_WITHIN, false, { signal: gaveUp.signal }),
    ]);
  } finally {
    gaveUp.abort();
  }
}
