// Work that is shown as a notification, and that the user may end there.
import * as vscode from "vscode";

export function withCancel<T>(
  title: string,
  work: (signal: AbortSignal) => Promise<T>,
): Thenable<T> {
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title,
      cancellable: true,
    },
    async (_progress, token) => {
      const ended = new AbortController();
      const listener = token.onCancellationRequested(() => {
        ended.abort();
      });
      try {
        return await work(ended.signal);
      } finally {
        listener.dispose();
      }
    },
  );
}
