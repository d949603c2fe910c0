// Berth's settings that the user or the workspace has set.
import * as vscode from "vscode";
import { isObject } from "../../core/isObject";
import { shapeOf } from "../../core/shapeOf";

/** Keys, at any depth of these settings, whose values may be secret. */
const SECRET_KEYS = new Set(["env", "headers", "args", "url"]);
const WITH_SECRETS = ["agents", "backends"];

/** A line each: the key, where it is set, and to what. What may be secret is replaced by its shape. */
export function changedSettings(keys: readonly string[]): string[] {
  const configuration = vscode.workspace.getConfiguration("berth");
  return keys.flatMap((key) => {
    const { globalValue, workspaceValue, workspaceFolderValue } =
      configuration.inspect<unknown>(key) ?? {};
    const set = {
      user: globalValue,
      workspace: workspaceValue,
      folder: workspaceFolderValue,
    };
    return Object.entries(set).flatMap(([level, value]) =>
      value === undefined
        ? []
        : [`berth.${key} (${level}): ${JSON.stringify(shown(key, value))}`],
    );
  });
}

function shown(key: string, value: unknown): unknown {
  // They name machines.
  if (key === "hosts") return shapeOf(value);
  return WITH_SECRETS.includes(key) ? withoutSecrets(value) : value;
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      SECRET_KEYS.has(key) ? shapeOf(each) : withoutSecrets(each),
    ]),
  );
}
