// The editor's half of the tools in host/tools/operations: by kind, what does it.
import { isCanceled, UserError } from "../../core/errors";
import { tooMuchToTell } from "../../core/operationErrors";
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
import {
  linesOf,
  openShared,
  replaceBuffer,
  stateOf,
  writeFile,
} from "./documents";
import * as changes from "./changes";
import * as language from "./language";
import * as symbols from "./symbols";
import * as running from "./running";

/** Bytes of JSON; the connection of a window takes twice as many. */
const MAX_ANSWER = 16 * 1024 * 1024;

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
    readBuffer: async ({ path, firstLine, lastLine }) => {
      const document = await openShared(files, path);
      return {
        ...stateOf(document),
        text: linesOf(document, firstLine, lastLine),
      };
    },
    replaceBuffer: (asks) => replaceBuffer(files, asks),
    locations: (asks) => language.findLocations(files, asks.worktree, asks),
    hover: (asks) => language.hover(files, asks),
    documentSymbols: (asks) =>
      symbols.documentSymbols(files, asks.worktree, asks),
    workspaceSymbols: (asks) =>
      symbols.workspaceSymbols(files, asks.worktree, asks),
    callHierarchy: (asks) => symbols.callHierarchy(files, asks.worktree, asks),
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
      const answer = await handle(operation);
      const bytes = Buffer.byteLength(JSON.stringify(answer));
      if (bytes > MAX_ANSWER) throw tooMuchToTell(bytes, MAX_ANSWER);
      return done(answer);
    } catch (error) {
      if (isCanceled(error) || !(error instanceof UserError)) throw error;
      return failed(error);
    }
  };
}
