// What tools get to know about the client that calls them, read when they ask: names and folders change while it stays.
import { agentName } from "../../core/agents/agentNames";
import type { Client } from "../clients/client";
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
      const { id: clientId, name: ownName } = client.view;
      return client.diffs.open(
        name,
        {
          ...change,
          worktree,
          client: clientId,
          agent: agentName(ownName),
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
      return agentName(client.view.name);
    },
    get folders() {
      return instance.folders;
    },
    get view() {
      return instance.view;
    },
  };
}
