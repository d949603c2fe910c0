/**
 * Names the process that an MCP client of revision 2026-07-28 is, which several of one name share a port with. By a DELETE with it and
 * without a session that process says that it is gone: Berth's own, the revision has no word for either.
 */
export const CLIENT_HEADER = "x-berth-client";
