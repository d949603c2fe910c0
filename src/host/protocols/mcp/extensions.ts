// Every protocol on top of MCP. To add one, add a folder beside this one and a line here.
import type { Tool } from "../../tools/tool";
import { operationTools } from "../../tools/operations/operations";
import { openDiffWithReason } from "../../tools/openDiff";
import { tools as commonTools } from "../../tools/tools";
import { companion } from "../companion/companion";
import type { ExtensionFactory, SessionExtension } from "./extension";

export const extensions: readonly ExtensionFactory[] = [companion];

export function withExtensions(added: readonly SessionExtension[]): Tool[] {
  const all = [
    ...commonTools,
    openDiffWithReason,
    ...operationTools,
    ...added.flatMap(({ tools }) => tools),
  ];
  return [...new Map(all.map((tool) => [tool.name, tool])).values()];
}
