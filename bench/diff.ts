// How soon a proposed diff stands before the user's eyes, in a real window, beside the opening of a file.
import path from "node:path";
import type { Page } from "playwright-core";
import { median, type Row } from "./row";
import { RpcClient } from "./support/rpcClient";
import { lockOf, startVSCode } from "./support/realWindow";

const REPETITIONS = 10;

export async function diff(): Promise<Row[]> {
  const vscode = await startVSCode("*", 1);
  const [worktree = ""] = vscode.worktrees;
  const window = await vscode.server.openWindow(worktree);
  const { port, authToken } = await lockOf(vscode.home, worktree);
  const agent = await RpcClient.connect({ port, token: authToken });
  const call = (name: string, input: object): Promise<number> =>
    agent.request("tools/call", { name, arguments: input });
  const file = path.join(worktree, "src/main.ts");
  const diffs: number[] = [];
  const files: number[] = [];
  // Turn by turn, so that whatever else the machine does falls on both; the first turn is the warm-up.
  for (let turn = 0; turn <= REPETITIONS; turn += 1) {
    files.push(
      await shownAfter(window.page, "main.ts", () => {
        void call("openFile", { filePath: file });
      }),
    );
    const decided: Promise<unknown>[] = [];
    diffs.push(
      await shownAfter(window.page, "main.ts ←", () => {
        decided.push(
          call("openDiff", {
            old_file_path: file,
            new_file_path: file,
            new_file_contents: `one\n2\nthree ${turn}\n`,
            tab_name: "bench",
          }),
        );
      }),
    );
    await call("close_tab", { tab_name: "bench" });
    await Promise.all(decided);
    await window.runCommand("View: Close All Editors");
  }
  agent.dispose();
  await vscode.stop();
  return [
    {
      kind: "measured",
      what: "`openDiff` called -> its text is on the screen",
      unit: "ms",
      measured: median(diffs.slice(1)),
      reference: {
        what: "`openFile`, by the same means",
        measured: median(files.slice(1)),
      },
      budget: { of: "value", atMost: 300 },
    },
  ];
}

/** Milliseconds until the active tab bears this text and its editor shows a line. */
async function shownAfter(
  page: Page,
  label: string,
  call: () => void,
): Promise<number> {
  const started = performance.now();
  call();
  await page.locator(".tab.active", { hasText: label }).waitFor();
  await page.locator(".editor-instance .view-line").last().waitFor();
  return performance.now() - started;
}
