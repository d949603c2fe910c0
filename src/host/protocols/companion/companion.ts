// The published companion protocol of Gemini CLI and Qwen Code: MCP, plus its own diffs and the user's context.
import type { ExtensionFactory } from "../mcp/extension";
import { describeContext } from "./context";
import { diffTools } from "./diffTools";

export const companion: ExtensionFactory = (session) => ({
  tools: diffTools(session),
  describe: (view) => ({
    method: "ide/contextUpdate",
    params: describeContext(view),
  }),
});
