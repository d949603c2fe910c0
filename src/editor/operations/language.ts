// What stands at a place: where it is defined, used and implemented, and what the editor says of it.
import * as vscode from "vscode";
import { canonicalPath } from "../../core/system/paths";
import type {
  Found,
  Location,
  Operations,
} from "../../host/operationsContract";
import type { SharedFiles } from "../window/sharedFiles";
import { fromRange, toPosition } from "../places";
import { askForAll, share } from "./ask";
import { openShared } from "./documents";

const MAX_LINE = 300;

const commands = {
  definition: "vscode.executeDefinitionProvider",
  references: "vscode.executeReferenceProvider",
  implementations: "vscode.executeImplementationProvider",
} as const;

export async function findLocations(
  files: SharedFiles,
  worktree: string,
  { of, path, position }: Operations["locations"]["asks"],
): Promise<Found<Location>> {
  const { uri } = await openShared(files, path);
  const found = await askForAll<vscode.Location | vscode.LocationLink>(
    commands[of],
    uri,
    toPosition(position),
  );
  const places = found.map((each) =>
    "targetUri" in each
      ? {
          uri: each.targetUri,
          range: fromRange(each.targetSelectionRange ?? each.targetRange),
        }
      : { uri: each.uri, range: fromRange(each.range) },
  );
  return share(files, worktree, places, async (place) => ({
    path: canonicalPath(place.uri.fsPath),
    range: place.range,
    text: await lineAt(place.uri, place.range.start.line),
  }));
}

export async function hover(
  files: SharedFiles,
  { path, position }: Operations["hover"]["asks"],
): Promise<string[]> {
  const { uri } = await openShared(files, path);
  const hovers = await askForAll<vscode.Hover>(
    "vscode.executeHoverProvider",
    uri,
    toPosition(position),
  );
  return hovers.flatMap(({ contents }) =>
    // VS Code makes Markdown of what a provider gives as code.
    contents.flatMap((each) =>
      each instanceof vscode.MarkdownString ? [each.value] : [],
    ),
  );
}

async function lineAt(uri: vscode.Uri, line: number): Promise<string> {
  try {
    const document = await vscode.workspace.openTextDocument(uri);
    return document.lineAt(line).text.trim().slice(0, MAX_LINE);
  } catch {
    return "";
  }
}
