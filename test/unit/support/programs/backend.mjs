// A server that a test lets Berth run, as well or as badly behaved as its arguments say:
//   --port N, --port-file FILE, --host ADDRESS   where it listens; with a port file, on a port of the system's choice
//   --status N         answers everything so        --delay MS       listens only then
//   --say TEXT         writes a line                 --flood BYTES    writes so much, then goes on
//   --binary           writes every byte that there is, on both streams, and no end of the line
//   --exit CODE        ends at once, or after --after MS
//   --deaf             closes its port at SIGUSR2, and runs on
//   --ignore-term      is not ended by SIGTERM       --child, --daemon  starts another process: in its group, or a session of its own
// It answers with its pid, its folder and its environment.
import { spawn } from "node:child_process";
import { renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    port: { type: "string" },
    "port-file": { type: "string" },
    "port-text": { type: "string" },
    host: { type: "string", default: "127.0.0.1" },
    status: { type: "string", default: "200" },
    delay: { type: "string", default: "0" },
    say: { type: "string" },
    flood: { type: "string" },
    binary: { type: "boolean", default: false },
    exit: { type: "string" },
    after: { type: "string", default: "0" },
    deaf: { type: "boolean", default: false },
    "ignore-term": { type: "boolean", default: false },
    child: { type: "boolean", default: false },
    daemon: { type: "boolean", default: false },
  },
});

const wait = [
  "-e",
  "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)",
];

if (values["ignore-term"]) process.on("SIGTERM", () => undefined);
if (values.child) spawn(process.execPath, wait, { stdio: "ignore" });
if (values.daemon)
  spawn(process.execPath, wait, { stdio: "ignore", detached: true }).unref();
if (values.say !== undefined) console.log(values.say);
if (values.binary) {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
  process.stdout.write(bytes);
  process.stderr.write(Buffer.concat(Array(1024).fill(bytes)));
}
if (values.flood !== undefined) {
  const chunk = `${"x".repeat(1023)}\n`.repeat(64);
  for (let left = Number(values.flood); left > 0; left -= chunk.length)
    if (!process.stdout.write(chunk))
      await new Promise((resolve) => process.stdout.once("drain", resolve));
}
if (values.exit !== undefined)
  setTimeout(() => process.exit(Number(values.exit)), Number(values.after));

const server = createServer((request, response) => {
  response.writeHead(Number(values.status), {
    "content-type": "application/json",
  });
  response.end(
    JSON.stringify({
      pid: process.pid,
      cwd: process.cwd(),
      env: process.env,
      url: request.url,
      method: request.method,
      headers: request.headers,
    }),
  );
});
server.on("error", (error) => {
  console.error(String(error));
  process.exit(1);
});
if (values.deaf)
  process.on("SIGUSR2", () => {
    server.close();
    server.closeAllConnections();
  });
// It runs until it is told to end.
setInterval(() => undefined, 60_000);
const listens = values.port !== undefined || values["port-file"] !== undefined;
if (listens)
  setTimeout(() => {
    server.listen(Number(values.port ?? 0), values.host, () => {
      const file = values["port-file"];
      if (file === undefined) return;
      writeFileSync(
        `${file}.new`,
        values["port-text"] ?? String(server.address().port),
      );
      renameSync(`${file}.new`, file);
    });
  }, Number(values.delay));
