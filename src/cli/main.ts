// The `berth` command. So far it prints its version and serves in the foreground; data goes to stdout, everything else to stderr.
import { appendFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { parseArgs } from "node:util";
import { version } from "../../package.json";
import { logNotWritable, messageOf, notAPort } from "../core/errors";
import { berthHome } from "../core/registry/locations";
import { servesAlready } from "../core/messages";
import type * as Supervisor from "../supervisor/main";

async function main([command, ...args]: readonly string[]): Promise<void> {
  switch (command) {
    case "--version":
      process.stdout.write(`${version}\n`);
      return;
    case "serve":
      return serve(args);
    default:
      process.stderr.write(USAGE);
      process.exitCode = 1;
  }
}

const USAGE = `Usage: berth --version
       berth serve [--port PORT] [--log FILE]
`;

/** Until it is told to end. Throws a UserError. */
async function serve(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { port: { type: "string" }, log: { type: "string" } },
  });
  const port = values.port === undefined ? undefined : portOf(values.port);
  // A bundle of its own, which only this command needs.
  const file = path.join(__dirname, "supervisor.js");
  const { serveInForeground } = createRequire(file)(file) as typeof Supervisor;
  const home = berthHome();
  const logFile = values.log && path.resolve(values.log);
  if (logFile) assertWritable(logFile);
  if (await serveInForeground(home, { port, logFile })) return;
  process.stderr.write(`${servesAlready(home)}\n`);
  process.exitCode = 1;
}

function assertWritable(file: string): void {
  try {
    appendFileSync(file, "", { mode: 0o600 });
  } catch (error) {
    throw logNotWritable(file, error);
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw notAPort(text);
  return port;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
