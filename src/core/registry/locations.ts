// Where files live on disk. All other code is given these paths.
import { homedir, tmpdir } from "node:os";
import path from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** Berth's own directory: records and kept addresses. */
export function berthHome(
  env: Environment = process.env,
  platform = process.platform,
): string {
  if (env["BERTH_HOME"]) return path.resolve(env["BERTH_HOME"]);
  // The XDG specification says to ignore relative paths.
  if (path.isAbsolute(env["XDG_STATE_HOME"] ?? ""))
    return path.join(env["XDG_STATE_HOME"] ?? "", "berth");
  switch (platform) {
    case "darwin":
      return path.join(homedir(), "Library", "Application Support", "berth");
    case "win32":
      return path.join(
        env["LOCALAPPDATA"] ?? path.join(homedir(), "AppData", "Local"),
        "berth",
      );
    default:
      return path.join(homedir(), ".local", "state", "berth");
  }
}

/** Where Claude Code, OpenCode and others look for editors; shared with other tools. */
export function lockDirectory(env: Environment = process.env): string {
  return path.join(
    path.resolve(env["CLAUDE_CONFIG_DIR"] || path.join(homedir(), ".claude")),
    "ide",
  );
}

/** Where Gemini CLI looks for editors; only the temporary directory can be configured. */
export function geminiDirectory(): string {
  return path.join(tmpdir(), "gemini", "ide");
}

/** Where Qwen Code looks for editors. */
export function qwenDirectory(): string {
  return path.join(homedir(), ".qwen", "ide");
}

/** Where users keep commands of their own (the XDG base directory specification names it). */
export function userCommands(): string {
  return path.join(homedir(), ".local", "bin");
}
