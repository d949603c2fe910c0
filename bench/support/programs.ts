// Paths of the compiled bench programs.
import path from "node:path";
import { root } from "../../test/unit/support/root";

const program = (name: string): string =>
  path.join(root, "out", "bench", "programs", `${name}.js`);

export const programs = {
  host: program("hostProcess"),
  worktrees: program("worktreesProcess"),
  memory: program("memoryProcess"),
  echo: program("echoProcess"),
  activationProbe: program("activationProbe"),
};
