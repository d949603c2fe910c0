// Runs a backend's command, once all that its definition says is filled in.
import {
  backendFolderMissing,
  commandCannotRun,
  commandNotFound,
} from "../../core/backendErrors";
import { backendStillThere } from "../../core/backendMessages";
import type { VariableValues } from "../../core/backends/variables";
import { findCommand } from "../../core/system/findCommand";
import { realDirectory } from "../../core/system/paths";
import { BackendProcess } from "./backendProcess";
import { type BackendSpec, resolve, type StartContext } from "./backendSpec";
import { backendEnvironment } from "./environment";
import type { BackendOutput } from "./output";

/** Throws a UserError where there is no such program or folder. */
export async function launch(
  spec: BackendSpec,
  values: Partial<VariableValues>,
  { guard }: StartContext,
  output: BackendOutput,
): Promise<BackendProcess> {
  const { id, place } = spec;
  const filled = resolve(spec, values);
  const env = backendEnvironment(place.environment, filled.env);
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
        isStdio: filled.type === "stdio",
      },
      output,
    );
    output.note(`started: ${filled.command} (pid ${process.pid})`);
    return process;
  } catch (error) {
    throw commandCannotRun(filled.command, error);
  }
}

/** After a start that has come to nothing: ends it, and logs what that leaves. */
export async function abandon(
  process: BackendProcess,
  port: number | null,
  { definition }: BackendSpec,
  { log }: StartContext,
): Promise<void> {
  const left = await process.stop(port);
  if (left !== undefined) log.error(backendStillThere(definition.name, left));
}
