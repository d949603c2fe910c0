// What the user's own set-up runs for an agent: tasks, commands that the user has allowed, the page of a backend.
import * as z from "zod/mini";
import { defineTool, json, text } from "../tool";

export const listTasks = defineTool({
  name: "listTasks",
  description: "The tasks of this worktree, such as those of tasks.json.",
  isReadOnly: true,
  input: z.strictObject({}),
  async run(_input, { operate }) {
    return json({ tasks: await operate("tasks", {}) });
  },
});

export const runTask = defineTool({
  name: "runTask",
  description:
    "Runs a task in a terminal of the editor, after the user has agreed, and waits for its end.",
  input: z.strictObject({ name: z.string() }),
  async run({ name }, { operate }) {
    return json(await operate("runTask", { name }));
  },
});

export const runCommand = defineTool({
  name: "runCommand",
  description:
    "Runs a command of the editor that the user has allowed in the setting berth.allowedCommands.",
  input: z.strictObject({
    command: z.string(),
    args: z._default(z.array(z.unknown()), []),
  }),
  async run({ command, args }, { operate }) {
    return text(await operate("runCommand", { command, args }));
  },
});

export const openBackend = defineTool({
  name: "openBackend",
  description:
    "Shows the user a page of a backend of this worktree, such as its dev server, in the browser.",
  input: z.strictObject({
    backend: z.string(),
    path: z._default(z.string(), "/"),
  }),
  async run({ backend: name, path }, { operate }) {
    return json(await operate("openBackend", { name, path }));
  },
});
