// Berth's server in the foreground, until it is told to end.
import path from "node:path";
import { notAPort } from "../../core/errors";
import { servesAlready } from "../../core/messages/instances";
import { berthHome } from "../../core/registry/locations";
import { defineCommand, exitCodes } from "../command";
import { loadSdkBundle } from "../loadSdkBundle";
import { assertWritable } from "../log";

export const serve = defineCommand({
  description:
    "Runs the server that hosts instances and backends in this terminal, until you end it with Ctrl-C.\nPrograms ask it for backends over HTTP: POST /request-session, POST /release-session, GET /sessions, GET /health.",
  operands: [],
  options: {
    port: { type: "string", value: "PORT", help: "Listen on this port." },
    log: { type: "string", value: "FILE", help: "Write the log to this file." },
  },
  examples: [
    ["berth serve --port 7411", "Serve programs on port 7411."],
    ["berth serve --log serve.log", "Keep the log in a file."],
  ],
  async run(_operands, { port, log }) {
    const { serveInForeground } = loadSdkBundle();
    const home = berthHome();
    const logFile = log && path.resolve(log);
    if (logFile) assertWritable(logFile);
    const options = {
      port: port === undefined ? undefined : portOf(port),
      logFile,
    };
    if (await serveInForeground(home, options)) return exitCodes.done;
    process.stderr.write(`${servesAlready(home)}\n`);
    return exitCodes.failed;
  },
});

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw notAPort(text);
  return port;
}
