// The `berth` command. So far it only prints its version; data goes to stdout, everything else to stderr.
import { version } from "../../package.json";

if (process.argv[2] === "--version") {
  process.stdout.write(`${version}\n`);
} else {
  process.stderr.write("Usage: berth --version\n");
  process.exitCode = 1;
}
