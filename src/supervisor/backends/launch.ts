// Runs a backend's command, once all that its definition says is filled in.
import {
  backendFolderMissing,
  commandCannotRun,
  commandNotFound,
} from "../../core/backendErrors";
import { messageOf } from "../../core/errors";
import type { VariableValues } from "../../core/backends/variables";
import { findCommand } from "../../core/system/findCommand";
import { realDirectory } from "../../core/system/paths";
import { BackendProcess } from "./backendProcess";
import { type BackendSpec, fillInAll, type StartContext } from "./backendSpec";
import { backendEnvironment } from "./environment";
import type { BackendOutput } from "./output";

/** Throws a UserError where there is no such program or folder. */
export async function launch(
  { id, definition, place }: BackendSpec,
  values: Partial<VariableValues>,
  { guard }: StartContext,
  output: BackendOutput,
): Promise<BackendProcess> {
  const { environment, instanceId } = place;
  const filled = fillInAll(definition, { instanceId, ...values }, environment);
  const env = backendEnvironment(environment, filled.env);
  const command = findCommand(filled.command, env);
  if (command === undefined) throw commandNotFound(filled.command);
  const cwd = await realDirectory(filled.cwd);
  if (cwd === undefined) throw backendFolderMissing(filled.cwd);
  output.forgetTail();
  try {
    const process = await BackendProcess.start(
      {
        id,
        command,
        args: filled.args,
        cwd,
        env,
        guard,
        isStdio: definition.type === "stdio",
      },
      output,
    );
    output.note(`started: ${filled.command} (pid ${process.pid})`);
    return process;
  } catch (error) {
    throw commandCannotRun(filled.command, messageOf(error));
  }
}
