// Options by which nothing that git starts waits for a person: a question would stand where nobody sees it.
import path from "node:path";
import type { GitOptions } from "./git";
import { gitIfAny } from "./gitOrThrow";

/** `directory` is in the repository whose settings count. */
export async function withoutPrompts(
  directory: string,
  options: GitOptions = {},
): Promise<GitOptions> {
  const environment = options.environment ?? process.env;
  return {
    ...options,
    environment: {
      ...environment,
      GIT_TERMINAL_PROMPT: "0",
      // "" is no program; git then asks for none of the other settings.
      GIT_ASKPASS: "",
      SSH_ASKPASS_REQUIRE: "never",
      GCM_INTERACTIVE: "never",
      ...(await sshCommand(directory, environment, options)),
    },
  };
}

/** The user's own command for ssh, told to ask nothing; other programs than ssh do not know how to be told. */
async function sshCommand(
  directory: string,
  environment: NodeJS.ProcessEnv,
  options: GitOptions,
): Promise<NodeJS.ProcessEnv> {
  const configured =
    environment["GIT_SSH_COMMAND"] ??
    (
      await gitIfAny(directory, ["config", "--get", "core.sshCommand"], options)
    )?.trim();
  if (configured === undefined && environment["GIT_SSH"] !== undefined)
    return {};
  const command = configured ?? "ssh";
  const [program = ""] = command.split(" ", 1);
  return /^ssh(\.exe)?$/i.test(path.basename(program))
    ? { GIT_SSH_COMMAND: `${command} -o BatchMode=yes` }
    : {};
}
