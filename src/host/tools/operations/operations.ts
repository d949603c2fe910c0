// Every tool for what the editor can do that an agent lacks elsewhere. To add one, add it to a file beside this one and here.
import type { Tool } from "../tool";
import { readBuffer, replaceBuffer } from "./buffers";
import { languageTools } from "./language";
import {
  applyCodeAction,
  formatFile,
  listCodeActions,
  rename,
} from "./reviewed";
import { listTasks, openBackend, runCommand, runTask } from "./running";

export const operationTools: readonly Tool[] = [
  readBuffer,
  replaceBuffer,
  ...languageTools,
  rename,
  listCodeActions,
  applyCodeAction,
  formatFile,
  listTasks,
  runTask,
  runCommand,
  openBackend,
];
