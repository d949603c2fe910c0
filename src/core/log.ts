// What every part of Berth logs through. Lifecycle goes to info, message names and sizes to debug; never bodies or tokens.

export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export type LogLevel = keyof Log;

/** A log whose every line starts with the name of what it is about. */
export function prefixed(log: Log, prefix: () => string): Log {
  return {
    debug: (message) => {
      log.debug(`[${prefix()}] ${message}`);
    },
    info: (message) => {
      log.info(`[${prefix()}] ${message}`);
    },
    warn: (message) => {
      log.warn(`[${prefix()}] ${message}`);
    },
    error: (message) => {
      log.error(`[${prefix()}] ${message}`);
    },
  };
}
