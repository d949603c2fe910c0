// Which of the methods between a window and its host are events: nobody waits for an answer, and a loss of the connection fails none.

/** All that return no promise, so that the compiler misses none. */
export type EventsOf<Api> = {
  readonly [
    Name in keyof Api as Api[Name] extends (
      ...args: never[]
    ) => Promise<unknown>
      ? never
      : Name
  ]: true;
};

/** For birpc's options. */
export function eventNames<Api>(events: EventsOf<Api>): (keyof Api)[] {
  return Object.keys(events) as (keyof Api)[];
}
