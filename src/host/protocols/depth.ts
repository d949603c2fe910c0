// Limits how deep a message may nest, so that recursive readers do not overflow the stack.

export const MAX_DEPTH = 64;

/** Whether valid JSON text nests arrays and objects deeper than `limit`. */
export function isDeeper(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === '"') index = endOfString(text, index);
    else if (text[index] === "[" || text[index] === "{") depth += 1;
    else if (text[index] === "]" || text[index] === "}") depth -= 1;
    if (depth > limit) return true;
  }
  return false;
}

function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text[index] !== '"')
    index += text[index] === "\\" ? 2 : 1;
  return index;
}
