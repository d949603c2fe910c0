// The published companion protocol of Gemini CLI and Qwen Code: MCP, plus its own diffs and the user's context.
import type { EditorView } from "../../view/editorView";
import type { ExtensionFactory, SessionExtension } from "../mcp/extension";
import { describeContext } from "./context";
import { diffTools } from "./diffTools";

/** Made once for all sessions that see the view. */
const described = new WeakMap<
  EditorView,
  ReturnType<SessionExtension["describe"]>
>();

export const companion: ExtensionFactory = (session) => ({
  tools: diffTools(session),
  describe: (view) => {
    const known = described.get(view);
    if (known) return known;
    const params = describeContext(view);
    const description = {
      notification: { method: "ide/contextUpdate", params },
      key: JSON.stringify(params),
    };
    described.set(view, description);
    return description;
  },
});
