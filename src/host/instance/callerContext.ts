// What tools get to know about the client that calls them, read when they ask: names and folders change while it stays.
import type { Client } from "../clients/client";
import type { ClientSet } from "../clients/clientSet";
import { unwrap } from "../../core/outcome";
import type { ActingEditor, WorkspaceFolder } from "../contract";
import type { CallerContext } from "../tools/tool";
import type { DiagnosticsView, EditorView } from "../view/editorView";

/** The instance that the client is connected to. */
export interface Callee {
  readonly worktree: string;
  readonly folders: readonly WorkspaceFolder[];
  readonly view: EditorView;
  readonly diagnostics: DiagnosticsView;
  readonly editor: ActingEditor;
  readonly clients: Pick<ClientSet, "labelOf">;
  resolve(sent: string): string;
  nameFor(file: string): string;
}

export function callerContext(instance: Callee, client: Client): CallerContext {
  return {
    worktree: instance.worktree,
    editor: instance.editor,
    diagnostics: instance.diagnostics,
    diffs: client.diffs,
    begin: () => client.activity.begin(),
    resolve: (sent) => instance.resolve(sent),
    propose: (name, change, cancelled) => {
      const { worktree } = instance;
      return client.diffs.open(
        name,
        {
          ...change,
          worktree,
          client: client.view.id,
          agent: instance.clients.labelOf(client),
          instance: instance.nameFor(change.newPath),
        },
        cancelled,
      );
    },
    operate: async (kind, asks) => {
      const { worktree, editor } = instance;
      return unwrap(await editor.operate({ ...asks, kind, worktree }));
    },
    get agent() {
      return instance.clients.labelOf(client);
    },
    get folders() {
      return instance.folders;
    },
    get view() {
      return instance.view;
    },
  };
}
