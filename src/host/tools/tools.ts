// Every editor tool. A new one is a file beside this one and a line here.
import { getDiagnostics } from "./getDiagnostics";
import { getOpenEditors } from "./getOpenEditors";
import { getWorkspaceFolders } from "./getWorkspaceFolders";
import { openFile } from "./openFile";
import { getCurrentSelection, getLatestSelection } from "./selections";
import type { Tool } from "./tool";

export const tools: readonly Tool[] = [
  getWorkspaceFolders,
  getOpenEditors,
  getCurrentSelection,
  getLatestSelection,
  getDiagnostics,
  openFile,
];
