// How the holder of a port proves that it is the instance a caller means. Any user may bind a port whose instance is gone,
// so callers send a token only over a connection whose other end has proved itself: see controlClient.
import { createHmac, timingSafeEqual } from "node:crypto";

export const PROOF_PATH = "/berth/proof";
export const PROOF_HEADER = "x-berth-proof";

/** Longer than any token or proof of ours. */
const MAX_LENGTH = 512;

/** With the port in it, a proof cannot be fetched from an instance on another one. */
export function prove(
  controlToken: string,
  port: number,
  nonce: string,
): string {
  return createHmac("sha256", controlToken)
    .update(`berth holder\n${port}\n${nonce}`)
    .digest("base64url");
}

/** In constant time for all texts of the same length. */
export function isSameSecret(sent: string, secret: string): boolean {
  if (sent.length > MAX_LENGTH) return false;
  const [a, b] = [Buffer.from(sent), Buffer.from(secret)];
  // timingSafeEqual requires equal lengths; comparing b with itself takes the same time if they differ.
  return (
    timingSafeEqual(a.length === b.length ? a : b, b) && a.length === b.length
  );
}
