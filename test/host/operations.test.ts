// What agents reach of the editor by MCP, on a real TypeScript project with VS Code's own language server.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { until } from "../harness/until";
import type { ToolResult } from "../unit/support/agent";
import { McpAgent } from "../unit/support/mcpAgent";
import { closeEditors, recordOf, show, workspaceFolder } from "./berth";
import { shown } from "./proposals";

const shapes = `export interface Shape {
  area(): number;
}

export class Square implements Shape {
  constructor(readonly side: number) {}
  area(): number {
    return this.side * this.side;
  }
}
`;
const main = `import { Square } from "./shapes";

export function total(sides: readonly number[]): number {
  return sides.map((side) => new Square(side).area()).reduce((a, b) => a + b, 0);
}

total([1, 2]);
`;

describe("The editor's operations", function () {
  let agent: McpAgent;
  const project = (...parts: string[]) =>
    path.join(workspaceFolder(), "project", ...parts);

  before(async () => {
    mkdirSync(project(), { recursive: true });
    writeFileSync(
      project("tsconfig.json"),
      '{"compilerOptions":{"strict":true}}',
    );
    agent = await McpAgent.connect(await recordOf(workspaceFolder()));
  });
  beforeEach(async () => {
    writeFileSync(project("shapes.ts"), shapes);
    writeFileSync(project("main.ts"), main);
    await closeEditors();
  });
  after(async () => {
    await closeEditors();
    await agent.dispose();
    rmSync(project(), { recursive: true });
  });

  const read = async <T>(name: string, args: Record<string, unknown> = {}) =>
    JSON.parse(textOf(await agent.call(name, args))) as T;
  const refused = async (name: string, args: Record<string, unknown>) => {
    const result = await agent.call(name, args);
    assert.equal(result.isError, true, textOf(result));
    return textOf(result);
  };
  /** Of the first occurrence of a text in a file, counted from 0. */
  const at = (file: string, text: string) => {
    const content = readFileSync(project(file), "utf8");
    const before = content.slice(0, content.indexOf(text)).split("\n");
    return {
      filePath: project(file),
      line: before.length - 1,
      character: before.at(-1)?.length ?? 0,
    };
  };
  interface Found {
    items: {
      filePath: string;
      range: vscode.Range;
      text?: string;
      name?: string;
      kind?: string;
    }[];
    leftOut: number;
  }

  it("read a buffer with what is not saved, and change it without saving", async () => {
    const editor = await show("project/main.ts", main);
    await editor.edit((edit) => {
      edit.insert(new vscode.Position(0, 0), "// unsaved\n");
    });
    const filePath = project("main.ts");
    const buffer = await read<{
      text: string;
      isDirty: boolean;
      version: number;
    }>("readBuffer", { filePath });
    assert.equal(buffer.text, `// unsaved\n${main}`);
    assert.equal(buffer.isDirty, true);
    const part = await read<{ text: string }>("readBuffer", {
      filePath,
      firstLine: 1,
      lastLine: 1,
    });
    assert.equal(part.text, main.split("\n")[0]);
    await read("replaceBuffer", {
      filePath,
      expectedVersion: buffer.version,
      edits: [
        {
          range: {
            start: { line: 0, character: 3 },
            end: { line: 0, character: 10 },
          },
          text: "changed",
        },
      ],
    });
    assert.equal(editor.document.lineAt(0).text, "// changed");
    assert.equal(readFileSync(filePath, "utf8"), main);
    assert.match(
      await refused("replaceBuffer", {
        filePath,
        expectedVersion: buffer.version,
        edits: [{ text: "" }],
      }),
      /has changed since you read it/,
    );
    await vscode.commands.executeCommand("workbench.action.files.revert");
  });

  it("find where a symbol is defined, used and implemented", async () => {
    const square = at("main.ts", "Square }");
    const definition = await until("the language server", async () => {
      const found = await read<Found>("goToDefinition", square);
      // Before it has read the project it knows this file only, and names the import.
      return (
        found.items.some(({ filePath }) => filePath !== square.filePath) &&
        found
      );
    });
    assert.deepEqual(
      definition.items.map(({ filePath, range, text }) => [
        filePath,
        range.start.line,
        text,
      ]),
      [[project("shapes.ts"), 4, "export class Square implements Shape {"]],
    );
    const references = await read<Found>("findReferences", square);
    assert.deepEqual(
      references.items
        .map(
          ({ filePath, range }) =>
            `${path.basename(filePath)}:${range.start.line}`,
        )
        .sort(),
      ["main.ts:0", "main.ts:3", "shapes.ts:4"],
    );
    const implementations = await read<Found>(
      "findImplementations",
      at("shapes.ts", "Shape {"),
    );
    assert.deepEqual(
      implementations.items.map(({ range }) => range.start.line),
      [4],
    );
    // In the language's own library, which is no file of the worktree.
    const outside = await read<Found>(
      "goToDefinition",
      at("main.ts", "reduce"),
    );
    assert.deepEqual(outside.items, []);
    assert.ok(outside.leftOut > 0);
  });

  it("tell types, outlines, symbols and calls", async () => {
    const { contents } = await read<{ contents: string[] }>(
      "hover",
      at("main.ts", "total(sides"),
    );
    assert.match(
      contents.join("\n"),
      /function total\(sides: readonly number\[\]\): number/,
    );
    const outline = await read<Found>("documentSymbols", {
      filePath: project("shapes.ts"),
    });
    const named = outline.items.map(
      ({ name, kind }) => `${String(kind)} ${String(name)}`,
    );
    for (const each of ["Interface Shape", "Class Square", "Method area"])
      assert.ok(named.includes(each), named.join());
    const symbols = await until("the project's symbols", async () => {
      const found = await read<Found>("workspaceSymbols", { query: "Square" });
      return found.items.length > 0 && found;
    });
    assert.ok(
      symbols.items.every(({ filePath }) => filePath === project("shapes.ts")),
    );
    const callers = await read<Found>("callHierarchy", {
      ...at("shapes.ts", "area(): number {"),
      direction: "incoming",
    });
    assert.ok(
      callers.items.some(({ filePath }) => filePath === project("main.ts")),
      JSON.stringify(callers),
    );
  });

  it("rename a symbol as a diff of each file, and write what is accepted", async () => {
    const renaming = agent.call("rename", {
      ...at("shapes.ts", "Square"),
      newName: "Box",
    });
    await shown(2);
    assert.equal(readFileSync(project("shapes.ts"), "utf8"), shapes);
    await decideActive("berth.acceptDiff", 1);
    await decideActive("berth.rejectDiff", 0);
    const { files } = JSON.parse(textOf(await renaming)) as {
      files: { filePath: string; decision: string }[];
    };
    assert.deepEqual(files.map(({ decision }) => decision).sort(), [
      "accepted",
      "rejected",
    ]);
    for (const { filePath, decision } of files)
      assert.equal(
        readFileSync(filePath, "utf8").includes("Box"),
        decision === "accepted",
      );
  });

  it("refuse a rename that also moves a file, and change nothing", async () => {
    writeFileSync(project("note.moves"), "a\n");
    const provider = vscode.languages.registerRenameProvider(
      { pattern: "**/*.moves" },
      {
        provideRenameEdits: ({ uri }) => {
          const edit = new vscode.WorkspaceEdit();
          edit.replace(uri, new vscode.Range(0, 0, 0, 1), "b");
          edit.renameFile(uri, vscode.Uri.file(project("other.moves")));
          return edit;
        },
      },
    );
    try {
      const why = await refused("rename", {
        ...at("note.moves", "a"),
        newName: "b",
      });
      assert.match(why, /rename or remove files/);
      assert.equal(readFileSync(project("note.moves"), "utf8"), "a\n");
    } finally {
      provider.dispose();
    }
  });

  it("apply a code action as a diff", async () => {
    // No file of before, which the editor may still hold as it was then.
    writeFileSync(project("fix.ts"), `export const a = new Square(1);\n`);
    const range = {
      start: { line: 0, character: 21 },
      end: { line: 0, character: 21 },
    };
    const filePath = project("fix.ts");
    await agent.call("openFile", { filePath });
    const title = await until("the quick fix", async () => {
      const { titles } = await read<{ titles: string[] }>("listCodeActions", {
        filePath,
        range,
      });
      return titles.find((each) => /import from/i.test(each));
    });
    const fixing = agent.call("applyCodeAction", { filePath, range, title });
    await shown();
    await decideActive("berth.acceptDiff", 0);
    assert.equal((await fixing).isError, undefined);
    assert.match(
      readFileSync(filePath, "utf8"),
      /^import \{ Square \} from "\.\/shapes";/,
    );
  });

  it("format a file as a diff", async () => {
    writeFileSync(project("ugly.ts"), "export   const b=1 ;\n");
    const formatting = agent.call("formatFile", {
      filePath: project("ugly.ts"),
    });
    await shown();
    await decideActive("berth.acceptDiff", 0);
    await formatting;
    assert.equal(
      readFileSync(project("ugly.ts"), "utf8"),
      "export const b = 1;\n",
    );
    assert.match(
      await refused("formatFile", { filePath: project("ugly.ts") }),
      /no change/,
    );
  });

  it("run only commands that the user has allowed", async () => {
    assert.match(
      await refused("runCommand", {
        command: "workbench.action.closeAllEditors",
      }),
      /berth\.allowedCommands/,
    );
    const settings = vscode.workspace.getConfiguration("berth");
    await settings.update(
      "allowedCommands",
      ["berth.listInstances", "_berth.none"],
      vscode.ConfigurationTarget.Global,
    );
    assert.match(
      await refused("runCommand", { command: "_berth.none" }),
      /has failed/,
    );
    await settings.update(
      "allowedCommands",
      undefined,
      vscode.ConfigurationTarget.Global,
    );
  });

  it("list the worktree's tasks, and refuse what is not there", async () => {
    mkdirSync(path.join(workspaceFolder(), ".vscode"), { recursive: true });
    writeFileSync(
      path.join(workspaceFolder(), ".vscode", "tasks.json"),
      JSON.stringify({
        version: "2.0.0",
        tasks: [{ label: "say", type: "shell", command: "true" }],
      }),
    );
    await until("the task", async () => {
      const { tasks } = await read<{ tasks: { name: string }[] }>("listTasks");
      return tasks.some(({ name }) => name === "say");
    });
    assert.match(
      await refused("runTask", { name: "nothing" }),
      /No task is called "nothing"/,
    );
    assert.match(
      await refused("openBackend", { backend: "nothing" }),
      /does not serve/,
    );
    rmSync(path.join(workspaceFolder(), ".vscode"), { recursive: true });
  });

  it("refuse files outside of the worktree, hidden ones and what is no text", async () => {
    writeFileSync(project(".env"), "SECRET=1\n");
    writeFileSync(project("binary.bin"), Buffer.from([0, 1, 2, 255, 0]));
    for (const [name, args] of [
      ["readBuffer", {}],
      ["replaceBuffer", { edits: [{ text: "" }] }],
      ["goToDefinition", { line: 0, character: 0 }],
      ["formatFile", {}],
    ] as const) {
      assert.match(
        await refused(name, { filePath: "/etc/passwd", ...args }),
        /outside the worktree/,
      );
      assert.match(
        await refused(name, { filePath: project(".env"), ...args }),
        /hidden from agents/,
      );
    }
    assert.equal(readFileSync(project(".env"), "utf8"), "SECRET=1\n");
    assert.match(
      await refused("readBuffer", { filePath: project("binary.bin") }),
      /cannot be read as text/,
    );
  });
});

function textOf({ content }: ToolResult): string {
  return content[0]?.text ?? "";
}

/** Decides the diff in the active editor, and waits until that many are left. */
async function decideActive(command: string, left: number): Promise<void> {
  await vscode.commands.executeCommand(command);
  await shown(left);
}
