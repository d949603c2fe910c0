// The file by which shells find the command line: `<berth home>/bin/berth`. It finds the extension that is installed and a Node to run
// it with, so that it stays right when the extension is updated.
import { existsSync } from "node:fs";
import { lstat, mkdir, readFile, readlink, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { cannotWrite } from "../pathErrors";
import { commandIsTaken, noLinkOnWindows } from "../terminalErrors";
import { userCommands } from "../registry/locations";
import { writeText } from "../system/atomicFile";
import { ensurePrivateDirectories } from "../system/privateDirectory";
import { quoteForSh } from "../system/quoteForSh";

export interface Installed {
  /** Of the extension: "0.1.0". */
  readonly version: string;
  /** Path of its cli.js. */
  readonly cli: string;
  /** Path of VS Code's own runtime, which runs as Node. */
  readonly runtime: string;
}

/** To be added to a PATH. */
export function launcherDirectory(home: string): string {
  return path.join(home, "bin");
}

export function launcherFile(
  home: string,
  platform = process.platform,
): string {
  return path.join(
    launcherDirectory(home),
    platform === "win32" ? "berth.cmd" : "berth",
  );
}

/** Leaves the launcher of a newer extension that is still installed. Throws a UserError. */
export async function writeLauncher(
  home: string,
  installed: Installed,
  platform = process.platform,
): Promise<void> {
  const file = launcherFile(home, platform);
  await ensurePrivateDirectories(home, [launcherDirectory(home)]);
  const before = await readFile(file, "utf8").catch(() => "");
  const text =
    platform === "win32" ? windowsLauncher(installed) : launcher(installed);
  if (text === before || isNewer(before, installed.version)) return;
  try {
    await writeText(file, text, 0o700);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/** Links the launcher into the user's own directory of commands. Returns the link. Throws a UserError. */
export async function linkLauncher(home: string): Promise<string> {
  if (process.platform === "win32")
    throw noLinkOnWindows(launcherDirectory(home));
  const target = launcherFile(home);
  const link = path.join(userCommands(), "berth");
  if (await lstat(link).catch(() => undefined)) {
    if ((await readlink(link).catch(() => "")) !== target)
      throw commandIsTaken(link);
    return link;
  }
  try {
    await mkdir(path.dirname(link), { recursive: true });
    await symlink(target, link);
  } catch (error) {
    throw cannotWrite(link, error);
  }
  return link;
}

/** Whether the launcher is of a later version that is still there. */
function isNewer(launcher: string, version: string): boolean {
  const [, other, cli] =
    /^(?:#|rem) version (\S+) (".+")\r?$/m.exec(launcher) ?? [];
  if (other === undefined || cli === undefined) return false;
  if (!existsSync(JSON.parse(cli) as string)) return false;
  const [a, b] = [other, version].map((each) => each.split(".").map(Number));
  for (const [index, part] of (a ?? []).entries()) {
    const difference = part - (b?.[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

function launcher({ version, cli, runtime }: Installed): string {
  const extensions = path.dirname(path.dirname(path.dirname(cli)));
  return `#!/bin/sh
# Berth's command line. The Berth extension writes this file, and writes it again when it is updated.
# version ${version} ${JSON.stringify(cli)}
cli=${quoteForSh(cli)}
if [ ! -f "$cli" ]; then
  # Updated since: the newest that is installed.
  cli=
  for each in ${quoteForSh(extensions)}/berth.berth-*/dist/cli.js; do
    if [ -f "$each" ] && { [ -z "$cli" ] || [ "$each" -nt "$cli" ]; }; then cli=$each; fi
  done
fi
if [ -z "$cli" ]; then
  echo "berth: the Berth extension is not installed any more. Install it again, or remove $0." >&2
  exit 1
fi
case "$(node --version 2>/dev/null)" in
  v2[0-9].* | v[3-9][0-9].*) exec node "$cli" "$@" ;;
esac
runtime=${quoteForSh(runtime)}
if [ -x "$runtime" ]; then ELECTRON_RUN_AS_NODE=1 exec "$runtime" "$cli" "$@"; fi
echo "berth: Node 20 or newer was not found. Install it, or open VS Code, which brings one." >&2
exit 1
`;
}

/** Without blocks, which a `)` in an argument would end. */
function windowsLauncher({ version, cli, runtime }: Installed): string {
  const extensions = path.win32.dirname(
    path.win32.dirname(path.win32.dirname(cli)),
  );
  return [
    "@echo off",
    "rem Berth's command line. The Berth extension writes this file, and writes it again when it is updated.",
    `rem version ${version} ${JSON.stringify(cli)}`,
    "setlocal",
    "rem Programs in the current directory are not meant.",
    "set NoDefaultCurrentDirectoryInExePath=1",
    `set "cli=${forBatch(cli)}"`,
    'if exist "%cli%" goto found',
    'set "cli="',
    `for /d %%d in ("${forBatch(extensions)}\\berth.berth-*") do if exist "%%d\\dist\\cli.js" set "cli=%%d\\dist\\cli.js"`,
    "if not defined cli goto missing",
    ":found",
    "for /f \"delims=v. tokens=1\" %%v in ('node --version 2^>nul') do if %%v geq 20 goto node",
    "set ELECTRON_RUN_AS_NODE=1",
    `"${forBatch(runtime)}" "%cli%" %*`,
    "exit /b",
    ":node",
    'node "%cli%" %*',
    "exit /b",
    ":missing",
    "echo berth: the Berth extension is not installed any more. Install it again, or remove %~f0. 1>&2",
    "exit /b 1",
    "",
  ].join("\r\n");
}

/** Of a path: a batch file is read in the console's code page, which may lack letters of the user's name. */
function forBatch(file: string): string {
  const home = homedir();
  const [start, rest] =
    file.startsWith(home + path.win32.sep) && /[^\x20-\x7e]/.test(home)
      ? ["%USERPROFILE%", file.slice(home.length)]
      : ["", file];
  return start + rest.replaceAll("%", "%%");
}
