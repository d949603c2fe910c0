// The companion protocol of Gemini CLI and Qwen Code.
import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { outsideWorktree } from "../../../../src/core/pathErrors";
import type { EditorTab } from "../../../../src/host/editorStateContract";
import { until } from "../../../harness/until";
import { Agent, type ToolResult } from "../../support/agent";
import { useGround } from "../../support/ground";
import { ask, introduction, McpAgent, open } from "../../support/mcpAgent";
import { Window } from "../../support/window";

interface Context {
  readonly workspaceState: {
    readonly isTrusted: boolean;
    readonly openFiles: readonly {
      readonly path: string;
      readonly timestamp: number;
      readonly isActive: boolean;
      readonly cursor?: unknown;
      readonly selectedText?: string;
    }[];
  };
}

describe("the companion protocol", function () {
  const ground = useGround();
  let window: Window;
  let folder: string;
  let agent: McpAgent;
  beforeEach(async () => {
    folder = ground.make("plain");
    window = ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders: [folder],
      }),
    );
    agent = ground.own(await McpAgent.connect(await window.record()));
  });
  const inFolder = (name: string) => path.join(folder, name);

  describe("tells the agent which files are open", () => {
    const contexts = () =>
      agent
        .notified("ide/contextUpdate")
        .map(({ params }) => params as unknown as Context);
    const told = (what: string, isIt: (context: Context) => boolean) =>
      until(what, () => {
        const last = contexts().at(-1);
        return last && isIt(last) && last;
      });
    const files = ({ workspaceState }: Context) =>
      workspaceState.openFiles.map((file) => path.basename(file.path));
    const tab = (name: string, isActive = false): EditorTab => ({
      uri: pathToFileURL(inFolder(name)).href,
      path: inFolder(name),
      isActive,
      isPinned: false,
      isPreview: false,
      isDirty: false,
      label: name,
      groupIndex: 0,
      viewColumn: 1,
      isGroupActive: true,
      languageId: "plaintext",
      lineCount: 3,
      isUntitled: false,
    });
    const select = (name: string, text: string) => ({
      text,
      path: inFolder(name),
      uri: pathToFileURL(inFolder(name)).href,
      range: {
        start: { line: 1, character: 0 },
        end: { line: 2, character: 4 },
      },
    });

    it("from the start and on every change", async () => {
      const first = await told("nothing is open", () => true);
      assert.deepEqual(first, {
        workspaceState: { isTrusted: true, openFiles: [] },
      });
      await window.host.pushState({
        tabs: [tab("a.txt", true), tab("b.txt")],
        selection: select("a.txt", "some text"),
      });
      const { workspaceState } = await told(
        "two files",
        (context) => files(context).length === 2,
      );
      const [active, other] = workspaceState.openFiles;
      assert.ok(active && active.timestamp > Date.now() - 60_000);
      assert.deepEqual(active, {
        path: inFolder("a.txt"),
        timestamp: active.timestamp,
        isActive: true,
        cursor: { line: 3, character: 5 },
        selectedText: "some text",
      });
      assert.deepEqual(other, {
        path: inFolder("b.txt"),
        timestamp: 0,
        isActive: false,
      });
    });

    it("the most recently viewed first, and ten at most", async () => {
      const names = Array.from({ length: 12 }, (_, index) => `${index}.txt`);
      for (const active of ["3.txt", "7.txt"])
        await window.host.pushState({
          tabs: names.map((name) => tab(name, name === active)),
        });
      const context = await told("7.txt is first", (context) =>
        (files(context)[0] ?? "").startsWith("7"),
      );
      assert.equal(files(context).length, 10);
      assert.equal(context.workspaceState.openFiles[1]?.timestamp === 0, false);
      assert.equal(files(context)[1], "3.txt");
    });

    it("but none outside the worktree", async () => {
      const outside = { ...tab("x"), path: ground.path("other", "x.txt") };
      await window.host.pushState({ tabs: [outside, tab("a.txt", true)] });
      await told("a.txt", (context) => files(context).join() === "a.txt");
    });

    it("but none while the selection is not shared", async () => {
      const state = {
        tabs: [tab("a.txt", true)],
        selection: select("a.txt", "secret"),
      };
      await window.host.pushState(state);
      await told("a.txt", (context) => files(context).length === 1);
      await window.reconcile({ settings: { shareSelection: false } });
      await told("nothing", (context) => files(context).length === 0);
      await window.host.pushState({ tabs: [tab("b.txt", true)] });
      await window.reconcile({ isTrusted: false });
      const last = await told(
        "the trust alone",
        ({ workspaceState }) => !workspaceState.isTrusted,
      );
      assert.deepEqual(last.workspaceState.openFiles, []);
      assert.ok(!JSON.stringify(contexts()).includes("b.txt"));
    });

    it("but only when something has changed", async () => {
      await told("nothing is open", () => true);
      await window.host.pushState({ tabs: [tab("a.txt", true)] });
      await told("a.txt", (context) => files(context).length === 1);
      const { length } = contexts();
      await window.host.pushState({ tabs: [tab("a.txt", true)] });
      await window.reconcile();
      await window.host.pushState({ tabs: [tab("a.txt", true), tab("b.txt")] });
      await told("b.txt too", (context) => files(context).length === 2);
      assert.equal(contexts().length, length + 1);
    });
  });

  describe("opens a diff", () => {
    const pending = () =>
      until("a diff is shown", () => [...window.diffs.values()].at(-1));
    const notShown = () =>
      until("no diff is shown", () => window.diffs.size === 0);
    const propose = async (newContent: string, name = "a.txt") => {
      const filePath = inFolder(name);
      const answer = await agent.call("openDiff", { filePath, newContent });
      assert.deepEqual(answer, { content: [] });
      return filePath;
    };
    const decision = (method: string) =>
      until(method, () => agent.notified(method)[0]?.params);

    it("and answers at once, with a notification when it is accepted", async () => {
      const filePath = await propose("new\n");
      const { diff, decide } = await pending();
      assert.equal(diff.oldPath, filePath);
      assert.equal(diff.newPath, filePath);
      assert.equal(diff.contents, "new\n");
      assert.equal(diff.agent, "Gemini or Qwen");
      decide({ kind: "accepted", content: "edited\n" });
      assert.deepEqual(await decision("ide/diffAccepted"), {
        filePath,
        content: "edited\n",
      });
    });

    it("and sends a notification when it is rejected", async () => {
      const filePath = await propose("new\n");
      (await pending()).decide({ kind: "rejected" });
      assert.deepEqual(await decision("ide/diffRejected"), { filePath });
    });

    it("and lets the agent close it, with or without a notification", async () => {
      const filePath = await propose("new\n");
      await pending();
      const args = { filePath, suppressNotification: true };
      const { content } = await agent.call("closeDiff", args);
      assert.deepEqual(content, [
        { type: "text", text: '{"content":"new\\n"}' },
      ]);
      await notShown();
      const again = await agent.call("closeDiff", args);
      assert.equal(again.content[0]?.text, '{"content":null}');
      const other = await propose("new\n", "b.txt");
      await pending();
      await agent.call("closeDiff", { filePath: other });
      assert.deepEqual(await decision("ide/diffRejected"), { filePath: other });
      assert.equal(agent.notified("ide/diffRejected").length, 1);
    });

    it("and answers with the user's edits each time if the agent closes it twice at once", async () => {
      const filePath = await propose("new\n");
      await pending();
      const args = { filePath, suppressNotification: true };
      // In one request, so that neither waits for the answer to the other.
      const { text } = await ask(await window.record(), {
        headers: { "mcp-session-id": agent.transport.sessionId ?? "" },
        body: ["one", "other"].map((id) => ({
          jsonrpc: "2.0",
          id,
          method: "tools/call",
          params: { name: "closeDiff", arguments: args },
        })),
      });
      const answers = [...text.matchAll(/^data: (.+)$/gm)].map(
        ([, data = ""]) => JSON.parse(data) as { result: ToolResult },
      );
      assert.deepEqual(
        answers.map(({ result }) => result.content[0]?.text),
        ['{"content":"new\\n"}', '{"content":"new\\n"}'],
      );
    });

    it("and silently replaces it by a second one of the same file", async () => {
      await propose("first\n");
      await pending();
      const filePath = await propose("second\n");
      const { diff, decide } = await until("the second", () =>
        [...window.diffs.values()].find(
          ({ diff }) => diff.contents === "second\n",
        ),
      );
      assert.equal(window.diffs.size, 1);
      decide({ kind: "accepted", content: diff.contents });
      assert.equal((await decision("ide/diffAccepted"))["filePath"], filePath);
      assert.deepEqual(agent.notified("ide/diffRejected"), []);
    });

    it("but none of a file outside the worktree", async () => {
      const args = { filePath: "/etc/passwd", newContent: "x" };
      for (const name of ["openDiff", "closeDiff"]) {
        const { isError, content } = await agent.call(
          name,
          name === "openDiff" ? args : { filePath: args.filePath },
        );
        assert.equal(isError, true);
        assert.equal(
          content[0]?.text,
          outsideWorktree(args.filePath, folder).message,
        );
      }
      assert.equal(window.diffs.size, 0);
    });

    it("that only its own agent can close, and that closes when this agent leaves", async () => {
      const filePath = await propose("gemini's\n");
      const claude = ground.own(await Agent.connect(await window.record()));
      assert.equal(
        await claude
          .call("closeAllDiffTabs")
          .then(({ content }) => content[0]?.text),
        "CLOSED_0_DIFF_TABS",
      );
      const second = ground.own(await McpAgent.connect(await window.record()));
      await second.call("closeDiff", { filePath });
      assert.equal(window.diffs.size, 1);
      await agent.transport.terminateSession();
      await notShown();
    });

    it("and keeps the decision for an agent that does not listen yet", async () => {
      const record = await window.record();
      const reply = await ask(record, { body: introduction });
      const headers = {
        "mcp-session-id": String(reply.headers["mcp-session-id"]),
      };
      await ask(record, {
        headers,
        body: {
          jsonrpc: "2.0",
          id: 2,
          method: "tools/call",
          params: {
            name: "openDiff",
            arguments: { filePath: inFolder("a.txt"), newContent: "new\n" },
          },
        },
      });
      (await pending()).decide({ kind: "rejected" });
      await notShown();
      const stream = open(record, { method: "GET", headers });
      const [response] = (await once(stream, "response")) as [IncomingMessage];
      let received = "";
      response.on("data", (chunk) => {
        received += String(chunk);
      });
      await until("it is told", () => received.includes("ide/diffRejected"));
      stream.destroy();
    });
  });

  it("does not shadow Claude Code's tool of the name openDiff", async () => {
    const claude = ground.own(await Agent.connect(await window.record()));
    const args = { filePath: inFolder("a.txt"), newContent: "x" };
    assert.equal((await claude.call("openDiff", args)).isError, true);
    const { tools } = await agent.client.listTools();
    const names = tools.map(({ name }) => name);
    assert.equal(names.filter((name) => name === "openDiff").length, 1);
    assert.ok(names.includes("closeDiff"));
  });
});
