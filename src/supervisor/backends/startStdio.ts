// Starts an MCP server that speaks on its standard streams, and serves it over Streamable HTTP on a port of its own.
import { backendEndedEarly, backendNotReady } from "../../core/backendErrors";
import { backendSaysNothing } from "../../core/backendMessages";
import { PROOF_PATH } from "../../core/control/proof";
import { messageOf } from "../../core/errors";
import { admit } from "../../host/clients/clientLimit";
import { DEFAULT_PORT_RANGE } from "../../core/system/ports";
import { proofRoute } from "../../host/endpoint/controlApi";
import { choosePort } from "../../host/instance/choosePort";
import { Sessions } from "../../host/protocols/mcp/sessions";
import { StdioServer } from "../stdio/stdioServer";
import { StdioSession } from "../stdio/stdioSession";
import type { BackendProcess } from "./backendProcess";
import type {
  BackendSpec,
  ServedBackend,
  StartBackend,
  StartContext,
} from "./backendSpec";
import { abandon, launch } from "./launch";

const MAX_CLIENTS = 64;
/** Milliseconds between looks for clients that have gone without a word. */
const LOOK_EVERY = 30_000;

export const startStdio: StartBackend = async (
  spec,
  context,
  output,
  signal,
) => {
  const { readyTimeout } = spec.definition;
  signal.throwIfAborted();
  const process = await launch(spec, {}, context, output);
  const late = AbortSignal.timeout(1_000 * readyTimeout);
  const settled = new AbortController();
  const waiting = AbortSignal.any([signal, late, settled.signal]);
  try {
    const server = await Promise.race([
      process.ended,
      StdioServer.start(
        process,
        { worktree: spec.place.worktree, ...context },
        waiting,
      ),
    ]);
    if (typeof server === "string") throw backendEndedEarly(server);
    return await serve(server, process, spec, context, signal);
  } catch (error) {
    await abandon(process, null, spec, context);
    if (late.aborted && !signal.aborted)
      throw backendNotReady(readyTimeout, backendSaysNothing);
    throw error;
  } finally {
    settled.abort();
  }
};

async function serve(
  server: StdioServer,
  process: BackendProcess,
  { id }: BackendSpec,
  { addresses, ports, controlToken, log }: StartContext,
  signal: AbortSignal,
): Promise<ServedBackend> {
  const clients = new Set<StdioSession>();
  const sessions = new Sessions({
    newClient: (open) => {
      const client = new StdioSession(server, open, log, (closed) => {
        clients.delete(closed);
      });
      clients.add(client);
      return client;
    },
    admit: () => admit(clients, MAX_CLIENTS),
    log,
  });
  const endpoint = await choosePort(
    {
      worktree: id,
      range: DEFAULT_PORT_RANGE,
      controlToken,
      // Clients that were told its token cannot be told another one.
      kept: (await addresses.of(id)).map((each) => ({ ...each, age: 0 })),
      forget: (port) => addresses.forget(id, port),
      isServed: (port) => ports.has(port),
      foreignPorts: ports,
      signal,
    },
    {
      http: new Map([
        [PROOF_PATH, proofRoute(controlToken)],
        ["/mcp", (request, response) => sessions.handle(request, response)],
      ]),
      webSocket: new Map(),
      admit: () => false,
      onDidFail: () => undefined,
      log,
    },
  );
  const { port, token } = endpoint.address;
  ports.add(port);
  // Where it cannot be kept, the next start has another address.
  await addresses.keep(id, endpoint.address).catch((error: unknown) => {
    log.warn(`The address of ${id} is not kept: ${messageOf(error)}`);
  });
  const timer = setInterval(() => {
    for (const client of clients) if (client.isExpired) void client.close();
  }, LOOK_EVERY);
  const endServing = async (): Promise<void> => {
    clearInterval(timer);
    endpoint.stopAccepting();
    server.end();
    await Promise.all([...clients].map((client) => client.close()));
    await endpoint.close();
    ports.delete(port);
    await addresses.touch(id, port).catch(() => undefined);
  };
  let ending: Promise<void> | undefined;
  return {
    pid: process.pid,
    processStart: process.processStart,
    port,
    url: `http://127.0.0.1:${port}/mcp`,
    headers: { Authorization: `Bearer ${token}` },
    warning: null,
    ended: process.ended,
    stop: async () => {
      await (ending ??= endServing().catch((error: unknown) => {
        log.warn(`The end of ${id} was not clean: ${messageOf(error)}`);
      }));
      return process.stop(null);
    },
  };
}
