// Errors of the operating system, for the messages that Berth builds from them.

/** As node.js throws it for a failed system call. */
export function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
