import type { Command } from "./command";

/** For all windows: each attaches to the next server, and agents reconnect. */
export const restartServer: Command = ({ connection }) => {
  void connection.host.endServer();
  return Promise.resolve();
};
