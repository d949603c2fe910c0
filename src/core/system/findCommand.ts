// Finds a program as a shell would, without one.
import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

/**
 * The file that a command's name stands for on the PATH, or undefined. A name with a separator must be an absolute path:
 * whatever lies in the current directory, as in a worktree that somebody else filled, is never run by its name.
 */
export function findCommand(
  command: string,
  env: NodeJS.ProcessEnv = process.env,
): string | undefined {
  const directories = /[/\\]/.test(command)
    ? [""]
    : (env["PATH"] ?? "").split(path.delimiter);
  return directories
    .flatMap((directory) =>
      endings(command, env).map((end) => path.join(directory, command) + end),
    )
    .find((file) => path.isAbsolute(file) && isProgram(file));
}

/** Windows knows programs by their endings alone. */
function endings(command: string, env: NodeJS.ProcessEnv): string[] {
  if (process.platform !== "win32") return [""];
  const known = (env["PATHEXT"] ?? ".COM;.EXE;.BAT;.CMD").split(";");
  const own = path.extname(command).toUpperCase();
  return known.some((end) => end.toUpperCase() === own) ? [""] : known;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
