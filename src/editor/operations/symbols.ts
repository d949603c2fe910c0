// The symbols of a file and of the worktree, and who calls whom.
import * as vscode from "vscode";
import { canonicalPath } from "../../core/system/paths";
import type {
  CallHierarchyCall,
  Found,
  Operations,
  Symbol,
} from "../../host/operationsContract";
import type { SharedFiles } from "../window/sharedFiles";
import { fromRange, toPosition } from "../places";
import { askForAll, share } from "./ask";
import { openShared } from "./documents";

export async function documentSymbols(
  files: SharedFiles,
  worktree: string,
  { path }: Operations["documentSymbols"]["asks"],
): Promise<Found<Symbol>> {
  const { uri } = await openShared(files, path);
  const symbols = await askForAll<
    vscode.DocumentSymbol | vscode.SymbolInformation
  >("vscode.executeDocumentSymbolProvider", uri);
  const flat = symbols.flatMap((each) =>
    // VS Code gives an outline the fields of both.
    "children" in each ? flatten(each, "") : [fromInformation(each)],
  );
  return share(
    files,
    worktree,
    flat.map((symbol) => ({ uri, symbol })),
    ({ symbol }) => Promise.resolve({ ...symbol, path }),
  );
}

export async function workspaceSymbols(
  files: SharedFiles,
  worktree: string,
  { query }: Operations["workspaceSymbols"]["asks"],
): Promise<Found<Symbol>> {
  const symbols = await askForAll<vscode.SymbolInformation>(
    "vscode.executeWorkspaceSymbolProvider",
    query,
  );
  return share(
    files,
    worktree,
    symbols.map((symbol) => ({ uri: symbol.location.uri, symbol })),
    ({ uri, symbol }) =>
      Promise.resolve({
        ...fromInformation(symbol),
        path: canonicalPath(uri.fsPath),
      }),
  );
}

export async function callHierarchy(
  files: SharedFiles,
  worktree: string,
  { path, position, direction }: Operations["callHierarchy"]["asks"],
): Promise<Found<CallHierarchyCall>> {
  const { uri } = await openShared(files, path);
  const roots = await askForAll<vscode.CallHierarchyItem>(
    "vscode.prepareCallHierarchy",
    uri,
    toPosition(position),
  );
  const calls = await Promise.all(
    roots.map(async (root) => {
      if (direction === "incoming") {
        const found = await askForAll<vscode.CallHierarchyIncomingCall>(
          "vscode.provideIncomingCalls",
          root,
        );
        return found.map(({ from, fromRanges }) => ({
          item: from,
          fromRanges,
        }));
      }
      const found = await askForAll<vscode.CallHierarchyOutgoingCall>(
        "vscode.provideOutgoingCalls",
        root,
      );
      return found.map(({ to, fromRanges }) => ({ item: to, fromRanges }));
    }),
  );
  return share(
    files,
    worktree,
    calls.flat().map((call) => ({ uri: call.item.uri, ...call })),
    ({ item, fromRanges }) =>
      Promise.resolve({
        name: item.name,
        kind: kindOf(item.kind),
        container: item.detail ?? "",
        path: canonicalPath(item.uri.fsPath),
        range: fromRange(item.selectionRange),
        calls: fromRanges.map(fromRange),
      }),
  );
}

function fromInformation({
  name,
  kind,
  containerName,
  location,
}: vscode.SymbolInformation) {
  return {
    name,
    kind: kindOf(kind),
    container: containerName,
    range: fromRange(location.range),
  };
}

type Outlined = Omit<Symbol, "path">;

function flatten(
  { name, kind, selectionRange, children }: vscode.DocumentSymbol,
  container: string,
): Outlined[] {
  return [
    { name, kind: kindOf(kind), container, range: fromRange(selectionRange) },
    ...children.flatMap((child) => flatten(child, name)),
  ];
}

function kindOf(kind: vscode.SymbolKind): string {
  return vscode.SymbolKind[kind];
}
