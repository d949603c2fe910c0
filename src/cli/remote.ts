// Berth on other machines, by the ssh that people have: its configuration, its keys, its shared connections. Nothing of Berth's own
// crosses the network.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { findCommand } from "../core/system/findCommand";
import { quoteForSh } from "../core/system/quoteForSh";
import { badUsage, noSsh, remoteRefuses } from "./errors";
import { reasonOf, runProgram } from "./runProgram";

/** Milliseconds until a machine counts as away. */
const REMOTE_TIMEOUT = 5_000;

/** Where the launcher may be, which a shell that ssh starts does not have on its PATH. */
const PLACES = [
  "$HOME/.local/bin",
  "${XDG_STATE_HOME:-$HOME/.local/state}/berth/bin",
  "$HOME/Library/Application Support/berth/bin",
].join(":");

/** What it has printed. Rejects with the reason, in a few words, if it cannot be asked or does not answer in time. */
export async function askRemote(
  host: string,
  args: readonly string[],
): Promise<string> {
  const options = ["-T", "-o", "BatchMode=yes"];
  const finished = await runProgram(
    ssh(),
    [...options, ...connecting, "--", host, remoteLine(args)],
    REMOTE_TIMEOUT,
  );
  if (finished.code === null)
    throw new Error(`no answer in ${REMOTE_TIMEOUT / 1_000} s`);
  if (finished.code !== 0) throw new Error(reasonOf(finished));
  return finished.stdout;
}

/** Does there what the command does here, with this process's streams. Resolves with its exit code. */
export async function runRemote(
  host: string,
  args: readonly string[],
): Promise<number> {
  // A question is asked where there is a terminal. What a program reads is not: a terminal there would mix stderr into it.
  const isAsked = process.stdin.isTTY && process.stdout.isTTY;
  const terminal = isAsked ? ["-t"] : ["-T", "-o", "BatchMode=yes"];
  const child = spawn(
    ssh(),
    [...terminal, ...connecting, "--", host, remoteLine(args)],
    { stdio: "inherit", windowsHide: true },
  );
  const [code] = (await once(child, "exit")) as [number | null];
  if (code === SSH_FAILED) throw remoteRefuses(host, "ssh has failed");
  if (code === NO_COMMAND)
    throw remoteRefuses(host, "Berth is not installed there");
  return code ?? 1;
}

/** Exit codes of ssh itself, and of a shell that does not find the command. */
const SSH_FAILED = 255;
const NO_COMMAND = 127;

const connecting = ["-o", `ConnectTimeout=${REMOTE_TIMEOUT / 1_000}`];

/** Throws a UserError for what ssh would take for something else. */
export function checkHost(host: string): string {
  if (!/^[^-\s][^\s]*$/.test(host))
    throw badUsage(`${JSON.stringify(host)} is no host`);
  return host;
}

/** ssh has a shell run one line there, of whatever kind the user's is. */
function remoteLine(args: readonly string[]): string {
  const words = ["berth", ...args].map(quoteForSh).join(" ");
  return `sh -c ${quoteForSh(`PATH="${PLACES}:$PATH"; exec ${words}`)}`;
}

function ssh(): string {
  const program = findCommand("ssh");
  if (program === undefined) throw noSsh();
  return program;
}
