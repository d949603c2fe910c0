// Brings the window of an instance to the front, by the editor's own command line.
import { fileURLToPath } from "node:url";
import { type InstanceItem, readListing } from "../../core/commandLine/listing";
import { focusInstance } from "../../core/control/controlClient";
import { messageOf } from "../../core/errors";
import type { InstanceRecord } from "../../core/registry/formats";
import { findCommand } from "../../core/system/findCommand";
import { defineCommand, exitCodes, hostOption } from "../command";
import {
  ambiguousTarget,
  cannotShowWindow,
  hasNoWindow,
  noInstanceCalled,
  remoteRefuses,
} from "../errors";
import { openMachine } from "../machine";
import { askRemote, checkHost } from "../remote";
import { reasonOf, runProgram } from "../runProgram";
import { findInstance, matching } from "../target";

/** The command lines of editors, by the names that they give themselves. */
const editors: readonly (readonly [app: RegExp, command: string])[] = [
  [/vscodium.*insiders/i, "codium-insiders"],
  [/vscodium/i, "codium"],
  [/insiders/i, "code-insiders"],
  [/cursor/i, "cursor"],
  [/windsurf/i, "windsurf"],
  [/code-server/i, "code-server"],
  [/./, "code"],
];

/** Milliseconds. */
const TIMEOUT = 10_000;

type Shown = Pick<InstanceRecord, "name" | "windows" | "worktree">;

export const switchWindow = defineCommand({
  description:
    "Shows the window of an instance, and makes the instance the active one there. Opens no window that is not open.\nWith --host it is the window that is connected to that machine (Remote - SSH).",
  operands: [{ name: "target", completes: "instance" }],
  options: { host: hostOption },
  examples: [
    ["berth switch app@feature-x", "Show the window of that worktree."],
    ["berth switch app --host build", "Show the one on another machine."],
  ],
  async run([target = ""], { host }) {
    const shown =
      host === undefined
        ? await focus(target)
        : await findThere(checkHost(host), target);
    await show(shown, host);
    process.stderr.write(`Switched to ${shown.name}.\n`);
    return exitCodes.done;
  },
});

async function focus(target: string): Promise<Shown> {
  const instance = await findInstance(await openMachine(), target);
  if (instance.windows.length === 0) throw hasNoWindow(instance.name);
  await focusInstance(instance);
  return instance;
}

async function findThere(host: string, target: string): Promise<Shown> {
  const [found, ...others] = matching(await instancesOf(host), target);
  if (!found) throw noInstanceCalled(target);
  if (others.length > 0) throw ambiguousTarget(target, [found, ...others]);
  if (found.windows.length === 0) throw hasNoWindow(found.name);
  return found;
}

async function instancesOf(host: string): Promise<readonly InstanceItem[]> {
  try {
    return readListing(await askRemote(host, ["list", "--json"])).instances;
  } catch (error) {
    throw remoteRefuses(host, messageOf(error));
  }
}

/** Focuses the window that has it open. Throws a UserError. */
async function show(
  { name, windows, worktree }: Shown,
  host: string | undefined,
): Promise<void> {
  const window = windows.find(({ lead }) => lead) ?? windows[0];
  const app = window?.app ?? "the editor";
  const [, command = "code"] = editors.find(([name]) => name.test(app)) ?? [];
  const program = findCommand(command);
  if (program === undefined)
    throw cannotShowWindow(name, app, `there is no ${command} on the PATH`);
  const place = pathOf(window?.workspace ?? null) ?? worktree;
  const args =
    host === undefined
      ? [place]
      : [
          place.endsWith(".code-workspace") ? "--file-uri" : "--folder-uri",
          `vscode-remote://ssh-remote+${encodeURIComponent(host)}${place.split("/").map(encodeURIComponent).join("/")}`,
        ];
  const finished = await runProgram(program, args, TIMEOUT);
  if (finished.code !== 0)
    throw cannotShowWindow(name, app, reasonOf(finished));
}

/** The path of a workspace on its machine. */
function pathOf(workspace: string | null): string | undefined {
  if (workspace === null || !URL.canParse(workspace)) return undefined;
  const { protocol, pathname } = new URL(workspace);
  if (protocol === "file:") return fileURLToPath(workspace);
  // Of a window that is connected to this machine from another one.
  return protocol === "vscode-remote:"
    ? decodeURIComponent(pathname)
    : undefined;
}
