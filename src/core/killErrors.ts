// Failures: stopping an instance of another window, and starting it there again.
import { UserError } from "./errors";

export function stillRuns(name: string): UserError {
  return new UserError(
    `The process of ${name} still runs, so nothing of it is removed. Wait, or close its window.`,
  );
}

export function noWindowHasIt(worktree: string): UserError {
  return new UserError(
    `No window has ${worktree} open any more. Open it in VS Code to start its instance.`,
  );
}
