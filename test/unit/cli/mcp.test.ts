import assert from "node:assert/strict";
import { until } from "../../harness/until";
import { ConnectedAgent } from "../support/berth";
import { ModernAgent } from "../support/modernAgent";
import { useGround } from "../support/ground";
import { openWindow } from "../support/window";

describe("berth mcp", () => {
  const ground = useGround();

  const open = async (...names: string[]) => {
    const folders = names.map((name) => ground.make(name));
    const window = await openWindow(ground, folders);
    for (const folder of folders) await window.record(folder);
    return { window, folders };
  };

  const rootOf = async (
    agent: Pick<ConnectedAgent, "callForJson">,
    target?: string,
  ) => {
    const args = target === undefined ? {} : { target };
    return (await agent.callForJson("getWorkspaceFolders", args))["rootPath"];
  };

  it("lists the instances, and calls the one that is meant", async () => {
    const { folders } = await open("a", "b");
    const agent = await ConnectedAgent.start(ground, ["mcp"]);
    const { instances } = (await agent.callForJson("list_instances")) as {
      instances: { name: string; worktree: string; port: number }[];
    };
    assert.deepEqual(instances.map(({ worktree }) => worktree).sort(), folders);
    for (const { name, worktree, port } of instances)
      for (const target of [name, worktree, String(port)])
        assert.equal(await rootOf(agent, target), worktree);
  });

  it("lets reads leave the target out where the directory says which, and writes never", async () => {
    const { folders } = await open("a", "b");
    const [a = ""] = folders;
    const inside = await ConnectedAgent.start(ground, ["mcp"], { cwd: a });
    assert.equal(await rootOf(inside), a);
    const write = await inside.call("openFile", { filePath: "x" });
    assert.equal(write.isError, true);
    assert.match(write.content[0]?.text ?? "", /needs a target/);
    const outside = await ConnectedAgent.start(ground, ["mcp"]);
    const read = await outside.call("getWorkspaceFolders");
    assert.equal(read.isError, true);
    assert.match(read.content[0]?.text ?? "", /No instance serves/);
    const { tools } = await inside.client.listTools();
    const required = (name: string) =>
      tools.find((tool) => tool.name === name)?.inputSchema.required ?? [];
    assert.ok(required("openFile").includes("target"));
    assert.ok(!required("getWorkspaceFolders").includes("target"));
  });

  it("takes no target that could mean several things", async () => {
    const { folders } = await open("a", "b");
    const [a = ""] = folders;
    const agent = await ConnectedAgent.start(ground, ["mcp"], {
      cwd: ground.directory,
    });
    const { instances } = (await agent.callForJson("list_instances")) as {
      instances: { worktree: string; port: number }[];
    };
    const port = instances.find(({ worktree }) => worktree === a)?.port;
    const byNumber = await agent.callForJson("getWorkspaceFolders", {
      target: port,
    });
    assert.equal(byNumber["rootPath"], a);
    for (const target of ["", "./a", "no-such", true, {}]) {
      const { isError, content } = await agent.call("getWorkspaceFolders", {
        target,
      });
      assert.equal(isError, true, JSON.stringify(target));
      assert.match(content[0]?.text ?? "", /instance/);
    }
  });

  it("tells one from another in thousands of calls at once, and waits for none that hangs", async () => {
    const { window, folders } = await open("a", "b", "c", "d");
    const agent = await ConnectedAgent.start(ground, ["mcp"]);
    // The editor of one answers nothing from here on.
    const [hung = ""] = folders;
    window.answers = () => new Promise(() => undefined);
    const waiting = agent.call("workspaceSymbols", {
      query: "x",
      target: hung,
    });
    await until("it hangs", () => window.operations.length === 1);
    // No instance takes more than 64 at once.
    for (let round = 0; round < 40; round += 1) {
      const calls = Array.from({ length: 50 }, async () => {
        const folder =
          folders[Math.floor(Math.random() * folders.length)] ?? "";
        return (await rootOf(agent, folder)) === folder;
      });
      assert.ok((await Promise.all(calls)).every(Boolean));
    }
    await agent.close();
    await assert.rejects(waiting);
  });

  it("goes on when the server was killed", async () => {
    const { window, folders } = await open("a");
    const agent = await ConnectedAgent.start(ground, ["mcp"]);
    assert.equal(await rootOf(agent, "a"), folders[0]);
    await window.killSupervisor();
    assert.equal(await rootOf(agent, "a"), folders[0]);
  });

  it("speaks the revision without sessions too", async () => {
    const { folders, window } = await open("a");
    for (const args of [["mcp"], ["connect", "a"]]) {
      const agent = await ModernAgent.start(ground, args);
      const target = args.length === 1 ? "a" : undefined;
      assert.equal(await rootOf(agent, target), folders[0]);
      await until(
        "the window is told of it",
        async () => (await window.running()).clients.length === 1,
      );
      await agent.client.close();
      await until(
        "the instance forgets it",
        async () => (await window.running()).clients.length === 0,
      );
    }
  });
});
