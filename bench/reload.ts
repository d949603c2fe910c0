// What an agent notices when its window reloads, when its extension host is killed, and when the supervisor is. In a real
// VS Code.
import { setTimeout as delay } from "node:timers/promises";
import type { InstanceRecord } from "../src/core/registry/formats";
import { DiffEditor } from "../test/harness/diffEditor";
import { until } from "../test/harness/until";
import type { WorkbenchWindow } from "../test/harness/workbenchWindow";
import { recordOf, shown } from "../test/ui/instances";
import { Agent } from "../test/unit/support/agent";
import { median, type Row } from "./row";
import { type RealVSCode, startVSCode } from "./support/realWindow";

const RELOADS = 10;
/** VS Code starts an extension host no more after its third death within minutes, and so does Berth its supervisor. */
const KILLS = 2;
/** Milliseconds between attempts of an agent that was cut. */
const RETRY_EVERY = 5;

/** How one disturbance ended for an agent with a diff that waits. */
interface Disturbance {
  readonly isCut: boolean;
  readonly isLost: boolean;
  /** Milliseconds until a call that needs the editor was answered. */
  readonly actingAfter: number;
}

export async function reload(): Promise<Row[]> {
  const vscode = await startVSCode("*", 1);
  const [worktree = ""] = vscode.worktrees;
  const window = await vscode.server.openWindow(worktree);
  const scene = { vscode, window, worktree };
  const reloads: Disturbance[] = [];
  for (let count = 0; count < RELOADS; count += 1)
    reloads.push(await disturb(scene, () => window.reload()));
  const kills: Disturbance[] = [];
  for (let count = 0; count < KILLS; count += 1)
    kills.push(await disturb(scene, () => killExtensionHost(vscode)));
  const returns: number[] = [];
  for (let count = 0; count < KILLS; count += 1)
    returns.push(await killSupervisor(scene));
  await vscode.stop();
  const count = (all: readonly Disturbance[], key: "isCut" | "isLost") =>
    all.filter((each) => each[key]).length;
  return [
    ...(
      [
        ["reloads of a window", reloads],
        ["SIGKILLs of an extension host", kills],
      ] as const
    ).flatMap(([what, all]): Row[] => [
      {
        kind: "measured",
        what: `${all.length} ${what}: connections cut`,
        unit: "times",
        measured: count(all, "isCut"),
        budget: { atMost: 0 },
      },
      {
        kind: "measured",
        what: `${all.length} ${what}: waiting diffs lost`,
        unit: "times",
        measured: count(all, "isLost"),
        budget: { atMost: 0 },
      },
      {
        kind: "measured",
        what: `${all.length} ${what}: until a call that opens a file is answered`,
        unit: "ms",
        measured: median(all.map(({ actingAfter }) => actingAfter)),
      },
    ]),
    {
      kind: "measured",
      what: `SIGKILL of the supervisor: until an agent that tries every ${RETRY_EVERY} ms is back, on the same port`,
      unit: "ms",
      measured: median(returns),
      budget: { atMost: 1_500 },
    },
  ];
}

interface Scene {
  readonly vscode: RealVSCode;
  readonly window: WorkbenchWindow;
  readonly worktree: string;
}

async function disturb(
  { vscode, window, worktree }: Scene,
  disturbance: () => Promise<void>,
): Promise<Disturbance> {
  await shown(window);
  const agent = await Agent.connect(await recordOf(vscode.home, worktree));
  const file = `${worktree}/src/main.ts`;
  const answer = agent
    .call("openDiff", {
      old_file_path: file,
      new_file_path: file,
      new_file_contents: "proposed\n",
      tab_name: "bench",
    })
    .catch(() => undefined);
  const before = await DiffEditor.shown(window.page, "main.ts");
  await before.append("typed");
  const start = performance.now();
  const disturbed = disturbance();
  const opened = await agent
    .call("openFile", { filePath: file })
    .catch(() => undefined);
  const actingAfter = performance.now() - start;
  await disturbed;
  await shown(window);
  const isLost = await decide(window).then(
    async () => (await answer)?.content[1]?.text !== "proposed\ntyped",
    () => true,
  );
  const isCut = agent.closeCode !== undefined || !opened || opened.isError;
  agent.dispose();
  return { isCut: isCut === true, isLost, actingAfter };
}

async function decide(window: WorkbenchWindow): Promise<void> {
  const diff = await DiffEditor.shown(window.page, "main.ts");
  await diff.accept();
  await diff.gone();
}

async function killExtensionHost({ server }: RealVSCode): Promise<void> {
  const host = (await server.extensionHosts()).at(-1);
  if (!host) throw new Error("there is no extension host");
  await server.killExtensionHost(host);
}

async function killSupervisor({ vscode, worktree }: Scene): Promise<number> {
  const { pid, port, token }: InstanceRecord = await recordOf(
    vscode.home,
    worktree,
  );
  const start = performance.now();
  process.kill(pid, "SIGKILL");
  const agent = await until("the agent is back", async () => {
    await delay(RETRY_EVERY);
    return Agent.connect({ port, token }).catch(() => undefined);
  });
  const time = performance.now() - start;
  agent.dispose();
  return time;
}
