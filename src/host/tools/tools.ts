// Every editor tool. To add one, add a file beside this one and a line here.
import { closeAllDiffTabs, closeTab } from "./closeTabs";
import { checkDocumentDirty, saveDocument } from "./documents";
import { executeCode } from "./executeCode";
import { getDiagnostics } from "./getDiagnostics";
import { getOpenEditors } from "./getOpenEditors";
import { getWorkspaceFolders } from "./getWorkspaceFolders";
import { openDiff } from "./openDiff";
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
  openDiff,
  closeTab,
  closeAllDiffTabs,
  checkDocumentDirty,
  saveDocument,
  executeCode,
];
