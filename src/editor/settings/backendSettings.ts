// The setting berth.backends: what the user has written, and what the workspace has.
import * as vscode from "vscode";
import {
  type BackendDefinition,
  parseBackends,
} from "../../core/backends/definition";
import { backendsLeftOut } from "../../core/backendMessages";
import { settingReplaced } from "../../core/messages/settings";
import { mergeSettings } from "./mergeSettings";

export interface BackendSettings {
  readonly user: readonly BackendDefinition[];
  /** Only of a trusted workspace. */
  readonly workspace: readonly BackendDefinition[];
}

const KEY = "backends";

/** `onInvalid` is told of entries that are left out. */
export function readBackendSettings(
  configuration: vscode.WorkspaceConfiguration,
  onInvalid: (key: string, message: string) => void,
): BackendSettings {
  const { defaultValue, globalValue, workspaceValue, workspaceFolderValue } =
    configuration.inspect(KEY) ?? {};
  const read = (value: unknown): readonly BackendDefinition[] => {
    if (value === undefined) return [];
    const parsed = parseBackends(value);
    if (!parsed) onInvalid(`berth.${KEY}`, settingReplaced(KEY, value, {}));
    else if (parsed.problems.length > 0)
      onInvalid(`berth.${KEY}`, backendsLeftOut(parsed.problems));
    return parsed?.definitions ?? [];
  };
  return {
    user: read(mergeSettings(defaultValue, globalValue)),
    workspace: vscode.workspace.isTrusted
      ? read(mergeSettings(workspaceValue, workspaceFolderValue))
      : [],
  };
}
