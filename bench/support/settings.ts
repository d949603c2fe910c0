// A bench window's settings: the defaults, but away from the ports of the user's own instances and with higher limits.
import type { HostSettings } from "../../src/host/contract";

export const settings: HostSettings = {
  enabled: true,
  autoStart: "workspace",
  maxInstances: 1_000,
  portRange: { first: 10_000, last: 18_999 },
  naming: "branch",
  nameTemplate: "${repository}@${branch}",
  maxClients: 1_000,
  shareSelection: true,
  selectionDebounce: 100,
  // What a window has started ends with it.
  reloadGrace: 0,
};
