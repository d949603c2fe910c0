// Whether a window is more than its extension host: a page that vanishes, as when its browser crashes, leaves one behind for hours.
import { setTimeout as delay } from "node:timers/promises";
import type { EditorApi } from "../contract";

/** Milliseconds; well below the time that a successor's request waits for its answer. */
const WINDOW_ANSWERS_WITHIN = 500;

export async function isWindowAlive(editor: EditorApi): Promise<boolean> {
  const gaveUp = new AbortController();
  const answered = editor.reachWindow().then(() => true);
  try {
    return await Promise.race([
      answered,
      delay(WINDOW_ANSWERS_WITHIN, false, { signal: gaveUp.signal }),
    ]);
  } finally {
    gaveUp.abort();
  }
}
