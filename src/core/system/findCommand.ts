// Resolves a command on the PATH as a shell would, without running a shell.
import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

/**
 * The executable's absolute path, or undefined. A command with a separator must be an absolute path: nothing in the
 * current directory, which may be a worktree with someone else's files, is ever run by name.
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
      extensions(command, env).map(
        (extension) => path.join(directory, command) + extension,
      ),
    )
    .find((file) => path.isAbsolute(file) && isExecutable(file));
}

/** Windows recognizes programs by extension alone. */
function extensions(command: string, env: NodeJS.ProcessEnv): string[] {
  if (process.platform !== "win32") return [""];
  const known = (env["PATHEXT"] ?? ".COM;.EXE;.BAT;.CMD").split(";");
  const own = path.extname(command).toUpperCase();
  return known.some((extension) => extension.toUpperCase() === own)
    ? [""]
    : known;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
