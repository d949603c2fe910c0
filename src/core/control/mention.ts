// A mention: a file or folder that the user refers an agent to. Only the path is sent, never the contents.
import * as z from "zod/mini";

export interface Mention {
  /** A file or a folder. */
  readonly path: string;
  /** null: the whole file or folder. */
  readonly lines: Lines | null;
}

/** 1-based, both ends inclusive. */
export interface Lines {
  readonly first: number;
  readonly last: number;
}

const MAX_LINE = 1_000_000_000;

const line = z.int().check(z.gte(1), z.lte(MAX_LINE));

const lines = z.union([
  z.strictObject({ first: line, last: line }),
  z.pipe(
    z.string().check(z.regex(/^\d{1,9}(-\d{1,9})?$/, "Write it as 3 or 3-7")),
    z.transform((text) => {
      const [first = 0, last = first] = text.split("-").map(Number);
      return { first, last };
    }),
  ),
]);

/** Body of `POST /berth/send`: a client path (see readClientPath), and lines as `{first, last}`, "3" or "3-7". */
export const sendSchema = z.strictObject({
  file: z.string().check(z.minLength(1)),
  /** Id of the only agent that gets it; missing: all do. */
  client: z.optional(z.string()),
  lines: z.optional(
    lines.check(
      z.refine(({ first, last }) => first >= 1 && first <= last, {
        error: "The lines run from the first to the last, counted from 1",
      }),
    ),
  ),
});
export type Send = z.input<typeof sendSchema>;
