// Escapes untrusted text (names, paths, titles) for VS Code's widgets, which read parts of it as icons or Markdown.

/** For places where VS Code renders `$(name)` as an icon. */
export function escapeIcons(text: string): string {
  return text.replaceAll(/\$(?=\([\w-]+(~[\w-]+)?\))/g, "\\$");
}

/** For a MarkdownString. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()<>#+\-.!|~$&]/g, "\\$&");
}

/** Characters of a notification. */
const MAX_MESSAGE = 1_000;

/** For notifications, which read `[text](command:...)` as a link to any command. */
export function escapeMessage(text: string): string {
  const shown = text.replaceAll("](", "]\u200b(");
  return shown.length <= MAX_MESSAGE
    ? shown
    : `${shown.slice(0, MAX_MESSAGE)}…`;
}
