// What git has said, without what it adds for whoever types.

/** The first sentence after "fatal: " or "error: ", without a user's name or token in the address of a remote. */
export function gitSentence(stderr: string): string {
  const start = /^(?:fatal|error): /m.exec(stderr);
  const said = stderr.slice(start ? start.index + start[0].length : 0);
  const [sentence = ""] = said.split(
    /\r?\n(?=(?:fatal|error|hint|warning): |\r?\n|$)/,
    1,
  );
  // ssh says before it why it could not.
  const before = stderr.slice(0, start?.index ?? 0).trim();
  const reason = sentence.startsWith("Could not read from remote")
    ? `${before.split(/\r?\n/).at(-1) ?? ""} `
    : "";
  return `${reason}${sentence}`.trim().replaceAll(/:\/\/[^\s/@]+@/g, "://");
}
