// The companion protocol of Gemini CLI and Qwen Code, which they publish: MCP, with diffs of its own and the user's context.
import type { Extend } from "../mcp/extension";
import { describeContext } from "./context";
import { diffTools } from "./diffTools";

export const companion: Extend = (session) => ({
  tools: diffTools(session),
  describe: (view) => ({
    method: "ide/contextUpdate",
    params: describeContext(view),
  }),
});
