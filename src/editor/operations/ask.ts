// Asks the language servers of the window, by the commands that VS Code documents for that (Built-in Commands).
import * as vscode from "vscode";
import { isCanceled, UserError } from "../../core/errors";
import { languageRefuses, noLanguageAnswer } from "../../core/operationErrors";
import { canonicalPath, contains } from "../../core/system/paths";
import type { Found } from "../../host/operationsContract";
import type { SharedFiles } from "../window/sharedFiles";

/** Seconds; a language server that has just been started loads the whole project first. */
const PATIENCE = 60;
/** What is told of one answer. */
const MAX_ITEMS = 500;

/** What providers have found, of any of them. Throws as ask does. */
export async function askForAll<Item>(
  command: string,
  ...args: unknown[]
): Promise<readonly Item[]> {
  return (await ask<readonly Item[]>(command, ...args)) ?? [];
}

/** undefined: there is nobody to ask. Throws a UserError if it is refused, or nobody answers in time. */
export async function ask<T>(
  command: string,
  ...args: unknown[]
): Promise<T | undefined> {
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
    return await Promise.race([asked, late]);
  } catch (error) {
    if (isCanceled(error) || error instanceof UserError) throw error;
    throw languageRefuses(error);
  } finally {
    clearTimeout(timer);
  }
}

/** What agents of the worktree may hear of, up to a number. */
export async function share<Place extends { readonly uri: vscode.Uri }, Item>(
  files: SharedFiles,
  worktree: string,
  places: readonly Place[],
  describe: (place: Place) => Promise<Item>,
): Promise<Found<Item>> {
  const shared = places
    .filter(
      ({ uri }) =>
        uri.scheme === "file" &&
        contains(worktree, canonicalPath(uri.fsPath)) &&
        files.has(uri),
    )
    .slice(0, MAX_ITEMS);
  const items = await Promise.all(shared.map(describe));
  return { items, leftOut: places.length - items.length };
}
