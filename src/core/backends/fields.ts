// Checks the fields of what a user writes: each returns the value, or undefined if it is not what the field has to be.
import { isObject } from "../isObject";

export type Entry = Readonly<Record<string, unknown>>;

export function objectOrUndefined(value: unknown): Entry | undefined {
  return isObject(value) ? value : undefined;
}

/** A NUL would end the text early in the system's hands. */
export function nonEmpty(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && !value.includes("\0")
    ? value
    : undefined;
}

export function boolean(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

function text(value: unknown): value is string {
  return typeof value === "string" && !value.includes("\0");
}

export function texts(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every(text) ? value : undefined;
}

export function textMap(
  value: unknown,
): Readonly<Record<string, string>> | undefined {
  return isObject(value) && Object.values(value).every(text)
    ? (value as Readonly<Record<string, string>>)
    : undefined;
}

/**
 * On this machine: what its clients send, and Berth with them, is for nobody else. No variable but the port's is allowed before the
 * path, where its value could name another host.
 */
const LOOPBACK_URL =
  /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])(:(\d{1,5}|\$\{port\}))?(\/[^\s\\]*)?$/;

export function loopbackUrl(value: unknown): string | undefined {
  return text(value) && LOOPBACK_URL.test(value) ? value : undefined;
}

export function oneOf<const Choice extends string>(...choices: Choice[]) {
  return (value: unknown): Choice | undefined =>
    choices.find((choice) => choice === value);
}

export function number(min: number, max: number) {
  return (value: unknown): number | undefined =>
    typeof value === "number" && value >= min && value <= max
      ? value
      : undefined;
}
