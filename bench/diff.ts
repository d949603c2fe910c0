// How soon a proposed diff is visible in a real window, compared with opening a file.
import path from "node:path";
import type { Page } from "playwright-core";
import { median, type Row } from "./row";
import { RpcClient } from "./support/rpcClient";
import { waitForLock, startVSCode } from "./support/realWindow";

const REPETITIONS = 10;

export async function diff(): Promise<Row[]> {
  const vscode = await startVSCode("*", 1);
  const [worktree = ""] = vscode.worktrees;
  const window = await vscode.server.openWindow(worktree);
  const { port, authToken } = await waitForLock(vscode.home, worktree);
  const agent = await RpcClient.connect({ port, token: authToken });
  const call = (name: string, input: object): Promise<number> =>
    agent.request("tools/call", { name, arguments: input });
  const file = path.join(worktree, "src/main.ts");
  const diffs: number[] = [];
  const files: number[] = [];
  // Interleaved, so that other load affects both alike; the first round is the warm-up.
  for (let round = 0; round <= REPETITIONS; round += 1) {
    files.push(
      await timeUntilShown(window.page, "main.ts", () => {
        void call("openFile", { filePath: file });
      }),
    );
    const pendingCalls: Promise<unknown>[] = [];
    diffs.push(
      await timeUntilShown(window.page, "main.ts ←", () => {
        pendingCalls.push(
          call("openDiff", {
            old_file_path: file,
            new_file_path: file,
            new_file_contents: `one\n2\nthree ${round}\n`,
            tab_name: "bench",
          }),
        );
      }),
    );
    await call("close_tab", { tab_name: "bench" });
    await Promise.all(pendingCalls);
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
      budget: { atMost: 300 },
    },
  ];
}

/** Milliseconds until the active tab has this label and its editor shows a line. */
async function timeUntilShown(
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
