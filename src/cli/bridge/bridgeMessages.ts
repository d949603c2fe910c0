// What a client hears of the bridge itself.
import { UserError } from "../../core/errors";

export const callRepeatsId =
  "Another request with this id is not answered yet.";

export const inputEnded =
  "The input ended before this was answered, and the answer was not waited for any longer.";

export function lineTooLong(maxBytes: number): string {
  return `A message may have ${maxBytes} bytes. Send less at once.`;
}

/** `name` is an instance or a backend. */
export function callInterrupted(name: string): UserError {
  return new UserError(
    `The connection to ${name} was cut while it did this, so nobody knows how far it came. Look before you ask for it again.`,
  );
}

export function notReached(name: string, why: string): UserError {
  return new UserError(
    `${name} cannot be reached${why === "" ? "" : `: ${why.replace(/\.$/, "")}`}. Berth goes on trying.`,
  );
}
