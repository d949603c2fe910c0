// Whether a window is more than its extension host: in a browser, the page may be gone and the extension host stay for hours.
import { setTimeout as delay } from "node:timers/promises";
import type { EditorApi } from "../contract";

/** Milliseconds that a page may take to answer: the browser may be busy, or show another page. */
const ANSWER_TIME = 10_000;

export async function hasPage(editor: EditorApi): Promise<boolean> {
  const answered = new AbortController();
  const { signal } = answered;
  try {
    return await Promise.race([
      editor.pingWindow().then(() => true),
      delay(ANSWER_TIME, false, { signal }),
    ]);
  } catch {
    return false;
  } finally {
    answered.abort();
  }
}
