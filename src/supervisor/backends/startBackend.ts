// How a backend is started, by how it is spoken to.
import type { StartBackend } from "./backendSpec";
import { startHttp } from "./startHttp";
import { startStdio } from "./startStdio";

export const startBackend: StartBackend = (spec, ...rest) =>
  spec.definition.type === "stdio"
    ? startStdio(spec, ...rest)
    : startHttp(spec, ...rest);
