// Errors in messages. JSON has none: what a call was rejected with would arrive as {}.

interface Message {
  /** What the call was rejected with, by birpc's format. */
  readonly e?: unknown;
}

/** For birpc's options: an error arrives with its name, message and stack. */
export const rpcErrors = {
  serialize: (message: Message): unknown =>
    message.e instanceof Error
      ? { ...message, e: wordsOf(message.e) }
      : message,
  deserialize: (message: Message): unknown =>
    message.e === undefined
      ? message
      : { ...message, e: Object.assign(new Error(), message.e) },
};

function wordsOf({ name, message, stack }: Error) {
  return { name, message, stack };
}
