import assert from "node:assert/strict";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { EditorSelection } from "../../../../src/host/editorStateContract";
import { until } from "../../../harness/until";
import { Agent } from "../../support/agent";
import { useGround } from "../../support/ground";
import { addWorktree, makeRepository } from "../../support/repositories";
import { Window } from "../../support/window";

function selectionIn(file: string, text: string, line = 0): EditorSelection {
  return {
    text,
    path: file,
    uri: pathToFileURL(file).href,
    range: {
      start: { line, character: 0 },
      end: { line, character: text.length },
    },
  };
}

describe("selection_changed", function () {
  const ground = useGround();
  let window: Window;
  let app: string;
  let nested: string;
  beforeEach(async () => {
    app = makeRepository(ground.path("app"));
    nested = addWorktree(app, path.join(app, "wt"), "inner");
    window = ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders: [app],
        settings: { selectionDebounce: 50 },
      }),
    );
  });
  const connect = async () =>
    ground.own(await Agent.connect(await window.record(app)));
  const select = (text: string, file = path.join(app, "a.txt")) =>
    window.host.pushState({ selection: selectionIn(file, text) });
  const texts = (agent: Agent) =>
    agent.notified("selection_changed").map(({ params }) => params?.["text"]);
  const hasReceived = (agent: Agent, text: string) =>
    until(`the agent has received "${text}"`, () =>
      texts(agent).includes(text),
    );

  it("has the selected text and its 0-based range", async () => {
    const agent = await connect();
    const file = path.join(app, "a.txt");
    await window.host.pushState({ selection: selectionIn(file, "two", 1) });
    await hasReceived(agent, "two");
    assert.deepEqual(agent.notified("selection_changed")[0]?.params, {
      text: "two",
      filePath: file,
      fileUrl: pathToFileURL(file).href,
      selection: {
        start: { line: 1, character: 0 },
        end: { line: 1, character: 3 },
        isEmpty: false,
      },
    });
  });

  it("marks an empty selection as empty", async () => {
    const agent = await connect();
    await select("");
    await hasReceived(agent, "");
    const { selection } = agent.notified("selection_changed")[0]?.params as {
      selection: { isEmpty: boolean };
    };
    assert.equal(selection.isEmpty, true);
  });

  it("is debounced, and sent to every client", async () => {
    await window.reconcile({ settings: { selectionDebounce: 600 } });
    const agents = [await connect(), await connect()];
    const start = Date.now();
    for (let count = 0; Date.now() - start < 1_000; count += 1) {
      await select(`at ${count}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await select("last");
    for (const agent of agents) {
      await hasReceived(agent, "last");
      // Just one, unless the machine stalls.
      assert.ok(texts(agent).length < 5, texts(agent).join());
    }
  });

  it("is sent only on change", async () => {
    const agent = await connect();
    await select("one");
    await hasReceived(agent, "one");
    await select("one");
    await window.host.pushState({ selection: null });
    await window.reconcile();
    await select("one");
    await select("two");
    await hasReceived(agent, "two");
    assert.deepEqual(texts(agent), ["one", "two"]);
  });

  it("is sent once to a client that connects later", async () => {
    await select("one");
    const first = await connect();
    await hasReceived(first, "one");
    const second = await connect();
    await hasReceived(second, "one");
    await select("two");
    await hasReceived(second, "two");
    assert.deepEqual(texts(first), ["one", "two"]);
    assert.deepEqual(texts(second), ["one", "two"]);
  });

  it("is sent even for a selection from before the worktree was known", async () => {
    await window.dispose();
    const again = ground.own(
      await Window.open({
        home: ground.home,
        lockDirectory: ground.locks,
        folders: [],
      }),
    );
    const reconciled = again.reconcile({ folders: [app] });
    await again.host.pushState({
      selection: selectionIn(path.join(app, "a.txt"), "early"),
    });
    await reconciled;
    const agent = ground.own(await Agent.connect(await again.record(app)));
    await hasReceived(agent, "early");
  });

  it("is never sent for a file outside the worktree or in a nested one", async () => {
    await window.reconcile({ folders: [app, nested] });
    const agent = await connect();
    await select("outside", ground.path("x.txt"));
    await select("nested", path.join(nested, "a.txt"));
    await select("new in nested", path.join(nested, "new.txt"));
    const late = await connect();
    await select("own");
    await hasReceived(agent, "own");
    await hasReceived(late, "own");
    assert.deepEqual(texts(agent), ["own"]);
    assert.deepEqual(texts(late), ["own"]);
  });

  it("is sent for a nested worktree only to that worktree's clients", async () => {
    await window.reconcile({ folders: [app, nested] });
    const outer = await connect();
    const inner = ground.own(await Agent.connect(await window.record(nested)));
    await select("nested", path.join(nested, "a.txt"));
    await hasReceived(inner, "nested");
    await select("own");
    await hasReceived(outer, "own");
    assert.deepEqual(texts(outer), ["own"]);
    assert.deepEqual(texts(inner), ["nested"]);
  });

  it("is not sent before the client has introduced itself", async () => {
    await select("one");
    const agent = ground.own(await Agent.open(await window.record(app)));
    await select("two");
    await until(
      "the window knows of the client",
      async () => (await window.running(app)).clients.length === 1,
    );
    assert.ok((await agent.request("ping")).result);
    assert.deepEqual(texts(agent), []);
    await agent.introduce();
    await hasReceived(agent, "two");
    assert.deepEqual(texts(agent), ["two"]);
  });

  it("stops when selections are no longer shared, and the shared ones are forgotten", async () => {
    const agent = await connect();
    await select("secret");
    await hasReceived(agent, "secret");
    await window.reconcile({ settings: { shareSelection: false } });
    for (const tool of ["getCurrentSelection", "getLatestSelection"])
      assert.equal(
        ((await agent.callForJson(tool)) as { success: boolean }).success,
        false,
      );
    const late = await connect();
    await window.reconcile({ settings: { shareSelection: true } });
    await select("open");
    await hasReceived(late, "open");
    assert.deepEqual(texts(late), ["open"]);
    assert.deepEqual(texts(agent), ["secret", "open"]);
  });

  it("is dropped if sharing is turned off during the debounce", async () => {
    await window.reconcile({ settings: { selectionDebounce: 300 } });
    const agent = await connect();
    await select("secret");
    await window.reconcile({
      settings: { shareSelection: false, selectionDebounce: 0 },
    });
    await window.reconcile({ settings: { shareSelection: true } });
    await select("open");
    await hasReceived(agent, "open");
    assert.deepEqual(texts(agent), ["open"]);
  });
});
