// Texts: answers to calls that are not understood.

export function wrongArguments(tool: string, details: string): string {
  return `${tool} was called with arguments it does not take:\n${details}`;
}

export function wrongCall(details: string): string {
  return `A call names a tool, and its arguments are an object:\n${details}`;
}

export function unknownTool(name: string): string {
  return `Unknown tool: ${name}`;
}

export const notJson = "This is not JSON.";

export const notJsonRpc = "This is not a JSON-RPC 2.0 message.";

export const internalError = "Internal error";

export function nestedTooDeep(maxDepth: number): string {
  return `Nested deeper than ${maxDepth}.`;
}

export function tooMuchSyntax(maxBytes: number): string {
  return `A message may have ${maxBytes} bytes outside of its strings. Send less at once.`;
}

export function idTooLong(max: number): string {
  return `An id may have ${max} characters.`;
}

export function messageTooLarge(maxBytes: number): string {
  return `A message may have ${maxBytes} bytes. Send less at once.`;
}

export const tooManyClients =
  "This instance has as many clients as it may have. Close one, or raise the setting berth.maxClients.";

export const bodyIsNotJson = "The body is not JSON.";

export function bodyIsNotUnderstood(details: string): string {
  return `The body is not understood:\n${details}`;
}
