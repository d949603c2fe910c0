// Whether anything is at a path.
import { lstat } from "node:fs/promises";
import { errorCode } from "../errors";

/** Also a link that leads nowhere. Rejects where the system cannot say. */
export async function exists(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "")) return false;
    throw error;
  }
}
