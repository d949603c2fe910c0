// Where things live on disk. Everything else gets these paths handed in.
import { homedir, tmpdir } from "node:os";
import path from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** Berth's own directory: records and kept addresses. */
export function berthHome(
  env: Environment = process.env,
  platform = process.platform,
): string {
  if (env["BERTH_HOME"]) return path.resolve(env["BERTH_HOME"]);
  // A relative one does not count, by the specification of these directories.
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

/** The directory in which Claude Code, OpenCode and others look for editors; shared with other tools. */
export function lockDirectory(env: Environment = process.env): string {
  return path.join(
    path.resolve(env["CLAUDE_CONFIG_DIR"] || path.join(homedir(), ".claude")),
    "ide",
  );
}

/** The directory in which Gemini CLI looks for editors; it lets nobody choose another one, but for the temporary directory. */
export function geminiDirectory(): string {
  return path.join(tmpdir(), "gemini", "ide");
}

/** The directory in which Qwen Code looks for editors. */
export function qwenDirectory(): string {
  return path.join(homedir(), ".qwen", "ide");
}
