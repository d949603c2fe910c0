// Asks the language servers of the window, by the commands that VS Code documents for that (Built-in Commands).
import * as vscode from "vscode";
import { noLanguageAnswer } from "../../core/operationErrors";
import type { Found } from "../../host/operationsContract";
import type { SharedFiles } from "../window/sharedFiles";

/** Seconds; a language server that has just been started loads the whole project first. */
const PATIENCE = 60;
/** What is told of one answer. */
const MAX_ITEMS = 500;

/** Throws a UserError if nobody answers in time. */
export async function ask<T>(command: string, ...args: unknown[]): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(noLanguageAnswer(PATIENCE));
    }, PATIENCE * 1_000);
  });
  try {
    const asked = vscode.commands.executeCommand<T | undefined>(
      command,
      ...args,
    );
    return ((await Promise.race([asked, late])) ?? []) as T;
  } finally {
    clearTimeout(timer);
  }
}

/** What agents may hear of, up to a number. */
export async function share<Place extends { readonly uri: vscode.Uri }, Item>(
  files: SharedFiles,
  places: readonly Place[],
  describe: (place: Place) => Promise<Item>,
): Promise<Found<Item>> {
  const shared = places
    .filter(({ uri }) => uri.scheme === "file" && files.has(uri))
    .slice(0, MAX_ITEMS);
  const items = await Promise.all(shared.map(describe));
  return { items, leftOut: places.length - items.length };
}
