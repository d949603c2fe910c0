// The editor's half of the tools in host/tools/operations: by kind, what does it.
import { isCanceled, UserError } from "../../core/errors";
import { done, failed } from "../../core/outcome";
import type { EditorApi } from "../../host/contract";
import type {
  Answer,
  Operation,
  OperationKind,
} from "../../host/operationsContract";
import type { BackendList } from "../backends/backendList";
import type { CurrentSettings } from "../settings/settings";
import type { SharedFiles } from "../window/sharedFiles";
import { contentsOf, openShared, replaceBuffer, writeFile } from "./documents";
import * as changes from "./changes";
import * as language from "./language";
import * as symbols from "./symbols";
import * as running from "./running";

export interface OperationContext {
  readonly files: SharedFiles;
  readonly settings: CurrentSettings;
  readonly backends: BackendList;
}

type Handlers = {
  readonly [Kind in OperationKind]: (
    asks: Operation<Kind>,
  ) => Promise<Answer<Kind>>;
};

export function createOperations({
  files,
  settings,
  backends,
}: OperationContext): EditorApi["operate"] {
  const handlers: Handlers = {
    readBuffer: async ({ path }) => contentsOf(await openShared(files, path)),
    replaceBuffer: (asks) => replaceBuffer(files, asks),
    locations: (asks) => language.findLocations(files, asks),
    hover: (asks) => language.hover(files, asks),
    documentSymbols: (asks) => symbols.documentSymbols(files, asks),
    workspaceSymbols: (asks) =>
      symbols.workspaceSymbols(files, asks, asks.worktree),
    callHierarchy: (asks) => symbols.callHierarchy(files, asks),
    rename: (asks) => changes.rename(files, asks),
    codeActions: (asks) => changes.codeActionTitles(files, asks),
    codeAction: (asks) => changes.codeAction(files, asks),
    format: (asks) => changes.format(files, asks),
    write: (asks) => writeFile(files, asks),
    tasks: ({ worktree }) => running.listTasks(worktree),
    runTask: (asks) => running.runTask(asks.worktree, asks),
    runCommand: (asks) => running.runCommand(settings, asks),
    openBackend: (asks) => running.openBackend(backends, asks.worktree, asks),
  };
  return async <Kind extends OperationKind>(operation: Operation<Kind>) => {
    const handle = handlers[operation.kind] as (
      asks: Operation<Kind>,
    ) => Promise<Answer<Kind>>;
    try {
      return done(await handle(operation));
    } catch (error) {
      if (isCanceled(error) || !(error instanceof UserError)) throw error;
      return failed(error);
    }
  };
}
