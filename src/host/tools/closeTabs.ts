// Closes one or all of the client's own diffs; other clients' diffs and the user's tabs are never touched.
import * as z from "zod/mini";
import { defineTool, text } from "./tool";

export const closeTab = defineTool({
  name: "close_tab",
  description: "Closes a diff that this client opened.",
  input: z.strictObject({ tab_name: z.string() }),
  async run({ tab_name }, { diffs }) {
    await diffs.close(tab_name);
    return text("TAB_CLOSED");
  },
});

export const closeAllDiffTabs = defineTool({
  name: "closeAllDiffTabs",
  description: "Closes every diff that this client opened.",
  input: z.strictObject({}),
  run: async (_input, { diffs }) =>
    text(`CLOSED_${await diffs.closeAll()}_DIFF_TABS`),
});
