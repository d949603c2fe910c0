// Hands the port to a successor: on a remote window's reload the next extension host starts before this one ends.
import { setTimeout as delay } from "node:timers/promises";
import type { EditorApi } from "../contract";

/** Milliseconds; well below the timeout of a successor's request. */
const WINDOW_TIMEOUT = 500;

export class HandOver {
  #grant: (() => void) | undefined;

  constructor(private readonly editor: Pick<EditorApi, "pingWindow">) {}

  /** Called when this window closes; resolves once a successor has asked for the port. */
  awaitSuccessor(): Promise<void> {
    return new Promise((resolve) => {
      this.#grant = resolve;
    });
  }

  /**
   * A successor asks for the port. "granted": awaitSuccessor() resolves after the answer. "abandoned": the window
   * vanished without notice, so the instance has to be stopped. "refused": the window is alive.
   */
  async request(): Promise<"granted" | "abandoned" | "refused"> {
    if (this.#grant) {
      setImmediate(this.#grant);
      return "granted";
    }
    return (await isWindowAlive(this.editor)) ? "refused" : "abandoned";
  }
}

/** False if only the extension host is left: when a page vanishes (its browser crashes), that can live on for hours. */
async function isWindowAlive({
  pingWindow,
}: Pick<EditorApi, "pingWindow">): Promise<boolean> {
  const settled = new AbortController();
  const answered = pingWindow().then(() => true);
  try {
    return await Promise.race([
      answered,
      delay(WINDOW_TIMEOUT, false, { signal: settled.signal }),
    ]);
  } finally {
    settled.abort();
  }
}
