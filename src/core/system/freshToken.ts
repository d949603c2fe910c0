import { randomBytes } from "node:crypto";

/** 256 random bits in base64url. */
export function freshToken(): string {
  return randomBytes(32).toString("base64url");
}
