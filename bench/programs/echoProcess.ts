// The reference servers, in the worker thread of an otherwise idle process: a TCP echo and a bare `ws` JSON echo.
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { type RawData, WebSocketServer } from "ws";
import { announce } from "../support/child";

export interface EchoReady {
  readonly tcp: number;
  readonly webSocket: number;
}

async function startServers(): Promise<EchoReady> {
  const tcp = createServer({ noDelay: true }, (socket) => socket.pipe(socket));
  tcp.listen(0, "127.0.0.1");
  const webSocket = new WebSocketServer({
    port: 0,
    host: "127.0.0.1",
    perMessageDeflate: false,
  });
  webSocket.on("connection", (socket) => {
    socket.on("message", (data: RawData) => {
      const message = JSON.parse((data as Buffer).toString()) as unknown;
      socket.send(JSON.stringify(message));
    });
  });
  await Promise.all([once(tcp, "listening"), once(webSocket, "listening")]);
  return {
    tcp: (tcp.address() as AddressInfo).port,
    webSocket: (webSocket.address() as AddressInfo).port,
  };
}

async function run(): Promise<void> {
  if (!isMainThread) {
    parentPort?.postMessage(await startServers());
    return;
  }
  const worker = new Worker(__filename);
  const [ready] = (await once(worker, "message")) as [EchoReady];
  announce(ready, () => worker.terminate());
}

void run();
