// An MCP server that only speaks on its standard streams, reached over Streamable HTTP by the SDK's own client.
import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import path from "node:path";
import { ProvenConnection } from "../../../../src/core/control/provenConnection";
import { pidExists } from "../../../../src/core/system/processIdentity";
import { everything } from "../../../harness/backends";
import { until } from "../../../harness/until";
import { useGround } from "../../support/ground";
import { type Granted, Serve } from "../../support/serve";

const definition = {
  command: process.execPath,
  args: [everything, "stdio"],
  linger: 0,
  ready: { timeout: 60 },
};

describe("a server on standard streams", function () {
  const ground = useGround();
  const connect = async ({ url, headers = {} }: Granted, name = "test") => {
    const client = new Client({ name, version: "1" });
    const transport = new StreamableHTTPClientTransport(new URL(url), {
      requestInit: { headers },
    });
    await client.connect(transport);
    ground.own({ dispose: () => client.close() });
    return client;
  };
  const echo = async (client: Client, message: string) => {
    const { content } = (await client.callTool({
      name: "echo",
      arguments: { message },
    })) as { content: { text: string }[] };
    return content[0]?.text;
  };

  it("proves to programs that it is Berth's, before they send what opens it", async () => {
    const serve = await Serve.start(ground, { everything: definition });
    const { port, proves } = await serve.request(ground.make("app"));
    assert.equal(proves, true);
    const { token } = await serve.record();
    const open = (controlToken: string) =>
      ProvenConnection.open({ port, controlToken }, AbortSignal.timeout(5_000));
    const connection = await open(token);
    assert.ok(connection.isOpen);
    connection.close();
    await assert.rejects(open("another"), /another program/);
  });

  it("is one process for all clients of its worktree, each with a session of its own", async () => {
    const serve = await Serve.start(ground, { everything: definition });
    const granted = await serve.request(ground.make("app"));
    const other = await serve.request(ground.make("other"));
    assert.notEqual(other.pid, granted.pid);
    const clients = await Promise.all(
      Array.from({ length: 5 }, (_, index) => connect(granted, `c${index}`)),
    );
    const answers = await Promise.all(
      clients.flatMap((client, index) =>
        Array.from({ length: 20 }, (_, turn) =>
          echo(client, `${index} ${turn}`),
        ),
      ),
    );
    assert.deepEqual(
      answers,
      clients.flatMap((_, index) =>
        Array.from({ length: 20 }, (__, turn) => `Echo: ${index} ${turn}`),
      ),
    );
    assert.equal((await serve.request(ground.path("app"))).pid, granted.pid);
  });

  it("tells its progress to the client that asked, and to no other", async () => {
    const serve = await Serve.start(ground, { everything: definition });
    const granted = await serve.request(ground.make("app"));
    const [one, two] = [await connect(granted), await connect(granted)];
    const heard: number[][] = [[], []];
    await Promise.all(
      [one, two].map((client, index) =>
        client.callTool(
          {
            name: "trigger-long-running-operation",
            arguments: { duration: 0.5, steps: 2 + index },
          },
          undefined,
          { onprogress: ({ progress }) => heard[index]?.push(progress) },
        ),
      ),
    );
    assert.deepEqual(heard, [
      [1, 2],
      [1, 2, 3],
    ]);
  });

  it("is told the worktree as its only root", async () => {
    const serve = await Serve.start(ground, { everything: definition });
    const client = await connect(await serve.request(ground.make("app")));
    const { content } = (await client.callTool({
      name: "get-roots-list",
      arguments: {},
    })) as { content: { text: string }[] };
    assert.match(content[0]?.text ?? "", new RegExp(ground.path("app")));
  });

  it("lets nobody in without its token, nor a web page with it", async () => {
    const serve = await Serve.start(ground, { everything: definition });
    const { url, headers = {} } = await serve.request(ground.make("app"));
    const ask = async (sent: Record<string, string>) =>
      (
        await fetch(url, {
          method: "POST",
          headers: { "content-type": "application/json", ...sent },
          body: "{}",
        })
      ).status;
    const { token } = await serve.record();
    assert.equal(await ask({}), 401);
    assert.equal(await ask({ authorization: `Bearer ${token}` }), 401);
    assert.equal(await ask({ ...headers, origin: "http://x.example" }), 403);
    assert.equal(await ask(headers), 400);
  });

  it("that dies answers what waited with an error, and serves again at the same address", async () => {
    const serve = await Serve.start(ground, { everything: definition });
    const granted = await serve.request(ground.make("app"));
    const client = await connect(granted);
    const waiting = assert.rejects(
      client.callTool({
        name: "trigger-long-running-operation",
        arguments: { duration: 600, steps: 1 },
      }),
      /has ended/,
    );
    process.kill(granted.pid, "SIGKILL");
    await waiting;
    const again = await until("it serves again", async () => {
      const { everything: found } = await serve.backends();
      return (
        found?.["state"] === "ready" && found["pid"] !== granted.pid && found
      );
    });
    assert.equal(again["url"], granted.url);
    assert.equal(await echo(await connect(granted), "hello"), "Echo: hello");
  });

  it("that is no MCP server is refused with what it has written", async () => {
    const serve = await Serve.start(ground, {
      talks: {
        command: "/bin/sh",
        args: ["-c", "echo hello; echo no server >&2; sleep 1000"],
        ready: { timeout: 1 },
      },
    });
    const { status, body } = await serve.ask("POST", "/request-session", {
      project_path: ground.make("app"),
    });
    assert.equal(status, 504);
    assert.match(
      String(body["error"]),
      /has not answered on its standard output/,
    );
    // The shell may say of itself that it was ended.
    assert.match(String(body["error"]), /^no server$/m);
  });

  it("keeps a resource that another client is subscribed to", async () => {
    const program = path.resolve("test/unit/support/programs/subscribed.mjs");
    const serve = await Serve.start(ground, {
      subscribed: { command: process.execPath, args: [program], linger: 0 },
    });
    const granted = await serve.request(ground.make("app"));
    const [one, two, three] = [
      await connect(granted),
      await connect(granted),
      await connect(granted),
    ];
    const subscribed = async () =>
      (await three.readResource({ uri: "test://all" })).contents[0] as unknown;
    const are = (uris: string) =>
      until(`it is ${uris}`, async () => {
        const { text } = (await subscribed()) as { text: string };
        return text === uris;
      });
    await one.subscribeResource({ uri: "test://a" });
    await two.subscribeResource({ uri: "test://a" });
    await two.subscribeResource({ uri: "test://b" });
    await are("test://a test://b");
    await one.unsubscribeResource({ uri: "test://a" });
    await are("test://a test://b");
    await two.unsubscribeResource({ uri: "test://a" });
    await are("test://b");
    await (two.transport as StreamableHTTPClientTransport).terminateSession();
    await are("");
  });

  it("goes with its last session", async () => {
    const serve = await Serve.start(ground, { everything: definition });
    const granted = await serve.request(ground.make("app"));
    const client = await connect(granted);
    assert.equal(await serve.release(granted.session_id), "terminated");
    assert.ok(!pidExists(granted.pid));
    await assert.rejects(client.listTools());
  });
});
