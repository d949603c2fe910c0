// Entry of dist/supervisor.js: all that needs the MCP SDK, in one file, so that it is shipped once. As a process it is the supervisor.
export { serveInForeground, hostInProcess } from "../supervisor/main";

/** Loaded when it is called: the supervisor has no use for it. */
export const loadRouter = () => import("./router/router");
