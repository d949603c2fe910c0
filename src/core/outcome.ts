// Carries an expected failure across threads, where an Error would lose its class.
import { messageOf, UserError } from "./errors";

export type Outcome<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "failed"; readonly message: string };

export function done<T>(value: T): Outcome<T> {
  return { kind: "done", value };
}

export function failed(error: unknown): Outcome<never> {
  return { kind: "failed", message: messageOf(error) };
}

/** Throws a UserError on failure. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.kind === "failed") throw new UserError(outcome.message);
  return outcome.value;
}
