// The logger interface. Lifecycle goes to info, message names and sizes to debug; never log bodies or tokens.

export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export type LogLevel = keyof Log;

/** Adds `[prefix]` to every line; the prefix is evaluated per line. */
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
