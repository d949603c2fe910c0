// MCP servers that a workspace has already written down for other programs, as definitions of backends.
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import { parse } from "jsonc-parser";
import { isObject } from "../../core/isObject";
import type { Preset } from "./presets";

/** Where they are, and the key of the object that holds them. */
const FILES = [
  [".mcp.json", "mcpServers"],
  [path.join(".vscode", "mcp.json"), "servers"],
] as const;

const MAX_BYTES = 1024 * 1024;

/** Those that run a command. What only names an address has nothing to run. None in a workspace that is not trusted. */
export async function findImports(): Promise<Preset[]> {
  if (!vscode.workspace.isTrusted) return [];
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(
    ({ uri }) => uri.scheme === "file",
  );
  const found = await Promise.all(
    folders.flatMap(({ uri }) =>
      FILES.map(([name, key]) => importsOf(path.join(uri.fsPath, name), key)),
    ),
  );
  return found.flat();
}

async function importsOf(file: string, key: string): Promise<Preset[]> {
  const { size } = await stat(file).catch(() => ({ size: Infinity }));
  if (size > MAX_BYTES) return [];
  const text = await readFile(file, "utf8").catch(() => "");
  const content: unknown = parse(text);
  const servers = isObject(content) ? content[key] : undefined;
  if (!isObject(servers)) return [];
  return Object.entries(servers).flatMap(([name, server]) => {
    if (!isObject(server) || typeof server["command"] !== "string") return [];
    const { command, args, env, cwd } = server;
    return {
      name: name.replaceAll(/[^\w.-]+/g, "-").replace(/^[^A-Za-z0-9]+/, ""),
      label: name,
      detail: file,
      definition: {
        type: "stdio",
        command: translateVariables(command),
        ...(Array.isArray(args) && { args: translateVariables(args) }),
        ...(isObject(env) && { env: translateVariables(env) }),
        ...(typeof cwd === "string" && { cwd: translateVariables(cwd) }),
      },
    };
  });
}

/** VS Code's name for the folder is the worktree here; `${VAR}` of Claude Code's files is `${env:VAR}`. */
function translateVariables(value: unknown): unknown {
  if (typeof value === "string")
    return value
      .replaceAll(/\$\{workspaceFolder(?::[^}]*)?\}/g, "${worktree}")
      .replaceAll(/\$\{([A-Z_][A-Z0-9_]*)\}/g, "${env:$1}");
  if (Array.isArray(value)) return value.map(translateVariables);
  return isObject(value)
    ? Object.fromEntries(
        Object.entries(value).map(([key, each]) => [
          key,
          translateVariables(each),
        ]),
      )
    : value;
}
