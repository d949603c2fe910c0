// A definition as a user reads it who is asked whether it may run.
import type { BackendDefinition } from "./definition";

/** A dialog shows no more: what is below its end would be allowed unseen. */
const MAX_SHOWN = 3_000;
const MAX_LINES = 40;

export function canBeShown(definition: BackendDefinition): boolean {
  const text = describeDefinition(definition);
  return text.length <= MAX_SHOWN && text.split("\n").length <= MAX_LINES;
}

/** All that matters of it, one word a line, each in quotes: a line break in it is no line of Berth's. */
export function describeDefinition(definition: BackendDefinition): string {
  const { command, args, cwd, env, url, headers } = definition;
  const { ready, isMcp, start } = definition;
  const map = (entries: Readonly<Record<string, string>>) =>
    Object.entries(entries).map(
      ([name, value]) => `${visible(name)} = ${visible(value)}`,
    );
  return [
    ...[command, ...args].map(visible),
    "",
    `Folder: ${visible(cwd)}`,
    ...(Object.keys(env).length > 0 ? ["Environment:", ...map(env)] : []),
    ...(url === null ? [] : [`Address: ${visible(url)}`]),
    ...(Object.keys(headers).length > 0 ? ["Headers:", ...map(headers)] : []),
    ...(ready.kind === "http" && ready.path !== null
      ? [`Ready when it answers at ${visible(ready.path)}`]
      : []),
    ...(isMcp ? ["Agents get its tools."] : []),
    start === "withWorktree"
      ? "It starts whenever a worktree is opened."
      : "It starts when an agent or you want it.",
    "",
    "It runs as you, without a sandbox. You are asked again when it changes.",
  ].join("\n");
}

/** In quotes, with what cannot be seen, or turns the direction of the text, as escapes. */
function visible(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) =>
      `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}
