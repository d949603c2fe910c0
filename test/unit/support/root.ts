// The project's root folder, as seen from a compiled test.
import { existsSync } from "node:fs";
import path from "node:path";

function findRoot(directory: string): string {
  return existsSync(path.join(directory, "package.json"))
    ? directory
    : findRoot(path.dirname(directory));
}

export const root = findRoot(__dirname);
export const supervisorFile = path.join(root, "dist", "supervisor.js");
