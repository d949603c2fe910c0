// The `berth` command. So far it prints its version and serves in the foreground; data goes to stdout, everything else to stderr.
import { createRequire } from "node:module";
import path from "node:path";
import { version } from "../../package.json";
import { messageOf } from "../core/errors";
import { berthHome } from "../core/registry/locations";
import { servesAlready } from "../core/messages";

async function main([command]: readonly string[]): Promise<void> {
  switch (command) {
    case "--version":
      process.stdout.write(`${version}\n`);
      return;
    case "serve":
      return serve();
    default:
      process.stderr.write("Usage: berth --version | berth serve\n");
      process.exitCode = 1;
  }
}

/** Until it is told to end. */
async function serve(): Promise<void> {
  // A bundle of its own, which only this command needs.
  const file = path.join(__dirname, "supervisor.js");
  const { serveInForeground } = createRequire(file)(file) as {
    serveInForeground: (home: string) => Promise<boolean>;
  };
  const home = berthHome();
  if (await serveInForeground(home)) return;
  process.stderr.write(`${servesAlready(home)}\n`);
  process.exitCode = 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
