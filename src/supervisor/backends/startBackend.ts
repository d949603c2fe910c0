// How a backend is started, by how it is spoken to.
import type { StartBackend } from "./backendSpec";
import { startHttp } from "./startHttp";

export const startBackend: StartBackend = async (spec, ...rest) => {
  if (spec.definition.type === "http") return startHttp(spec, ...rest);
  // The MCP SDK is loaded with the first such server.
  const { startStdio } = await import("./startStdio");
  return startStdio(spec, ...rest);
};
