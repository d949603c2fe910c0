// A real SSH server on this machine: the home directory of a second user is the second machine.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { userInfo } from "node:os";
import path from "node:path";
import { findCommand } from "../../src/core/system/findCommand";
import { until } from "./until";

const program = "/usr/sbin/sshd";

export const hasSshd = existsSync(program);

export interface Sshd {
  /** A directory with an `ssh` that knows the machines "build", "away" (nobody listens) and "silent" (nobody answers). */
  readonly bin: string;
  stop(): void;
}

export interface SshdSetup {
  /** Empty; for its keys and settings. */
  readonly directory: string;
  /** The home directory there; gets the command `berth` in ~/.local/bin. */
  readonly home: string;
  /** The command line's bundle. */
  readonly cli: string;
}

export async function startSshd({
  directory,
  home,
  cli,
}: SshdSetup): Promise<Sshd> {
  const file = (name: string) => path.join(directory, name);
  const commands = path.join(home, ".local", "bin");
  mkdirSync(commands, { recursive: true });
  chmodSync(cli, 0o755);
  symlinkSync(cli, path.join(commands, "berth"));
  for (const name of ["host", "user"])
    execFileSync("ssh-keygen", [
      "-q",
      "-t",
      "ed25519",
      "-N",
      "",
      "-f",
      file(name),
    ]);
  const port = await freePort();
  const node = path.dirname(process.execPath);
  writeFileSync(
    file("sshd_config"),
    lines(
      "ListenAddress 127.0.0.1",
      `Port ${port}`,
      `HostKey ${file("host")}`,
      `AuthorizedKeysFile ${file("user.pub")}`,
      `PidFile ${file("pid")}`,
      "StrictModes no",
      "UsePAM no",
      "PasswordAuthentication no",
      "PermitRootLogin yes",
      // What the other machine's shell would have.
      `ForceCommand env -u BERTH_HOME -u XDG_STATE_HOME -u CLAUDE_CONFIG_DIR HOME='${home}' PATH="${node}:$PATH" sh -c "cd '${home}'; $SSH_ORIGINAL_COMMAND"`,
    ),
  );
  mkdirSync("/run/sshd", { recursive: true });
  const sshd = spawn(program, ["-D", "-e", "-f", file("sshd_config")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  sshd.stderr.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  try {
    await until("sshd", () => answers(port));
  } catch (error) {
    sshd.kill();
    throw new Error(`sshd does not listen: ${log}`, { cause: error });
  }
  writeFileSync(
    file("ssh_config"),
    lines(
      "Host *",
      `  IdentityFile ${file("user")}`,
      "  IdentitiesOnly yes",
      "  StrictHostKeyChecking no",
      "  UserKnownHostsFile /dev/null",
      "  LogLevel ERROR",
      `  User ${userInfo().username}`,
      "  HostName 127.0.0.1",
      "Host build",
      `  Port ${port}`,
      "Host away",
      `  Port ${await freePort()}`,
      "Host silent",
      "  ProxyCommand sleep 100",
    ),
  );
  const bin = file("bin");
  mkdirSync(bin);
  const ssh = findCommand("ssh");
  if (ssh === undefined) throw new Error("There is no ssh.");
  writeFileSync(
    path.join(bin, "ssh"),
    `#!/bin/sh\nexec ${ssh} -F ${file("ssh_config")} "$@"\n`,
    { mode: 0o755 },
  );
  return { bin, stop: () => void sshd.kill() };
}

function lines(...all: string[]): string {
  return `${all.join("\n")}\n`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string")
    throw new Error("no port");
  return address.port;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
