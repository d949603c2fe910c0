// Places as agents name them.
import * as z from "zod/mini";

const count = z.int().check(z.gte(0));

/** Told with every tool that takes or gives one. */
export const countedFromZero = "Lines and characters are counted from 0.";

const position = z.strictObject({ line: count, character: count });

export const range = z.strictObject({ start: position, end: position });

/** A place in a file. */
export const place = { filePath: z.string(), line: count, character: count };
