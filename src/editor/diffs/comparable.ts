// Whether the two sides of a diff can be compared.
import { open, stat } from "node:fs/promises";
import { cannotShowDiff } from "../../core/errors";
import type { ProposedDiff } from "../../host/contract";

/** Whether the file is new. Throws a UserError if the two sides cannot be compared. */
export async function checkIsNew({
  oldPath,
  newPath,
  contents,
}: ProposedDiff): Promise<boolean> {
  const oldStat = await stat(oldPath).catch(() => undefined);
  if (
    contents.includes("\0") ||
    (oldStat && (!oldStat.isFile() || (await isBinary(oldPath))))
  )
    throw cannotShowDiff(newPath);
  return oldStat === undefined;
}

/** The test that git and VS Code use: a NUL among the first bytes. */
async function isBinary(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(8192));
    return buffer.subarray(0, bytesRead).includes(0);
  } finally {
    await handle.close();
  }
}
