// Every agent protocol. To add one, add a folder beside this file and a line here.
import { claude } from "./claude/claude";
import { mcp } from "./mcp/mcp";
import type { Protocol } from "./protocol";

export const protocols: readonly Protocol[] = [claude, mcp];
