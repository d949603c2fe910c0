// Escapes untrusted text (names, paths, titles) for VS Code's widgets, which read parts of it as icons or Markdown.

/** For places where VS Code renders `$(name)` as an icon. */
export function escapeIcons(text: string): string {
  return text.replaceAll(/\$(?=\([\w-]+(~[\w-]+)?\))/g, "\\$");
}

/** For a MarkdownString. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()<>#+\-.!|~$&]/g, "\\$&");
}
