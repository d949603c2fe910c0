// The records of all backends on this machine: `<berth home>/backends/<id>.json`, mode 0600. By them anyone lists backends, and
// whoever comes after a dead supervisor ends what it has left behind.
import * as z from "zod/mini";
import { origin, pid, port } from "./formats";
import { RecordFiles } from "./recordFiles";

export const backendRecordSchema = z.object({
  version: z.literal(1),
  id: z.string().check(z.regex(/^[\w.-]{1,100}$/)),
  /** As the user calls it. */
  name: z.string(),
  /** Real path. */
  worktree: z.string(),
  state: z.enum(["starting", "ready", "backoff", "stopping", "failed"]),
  /** Its first process; null unless it is ready. */
  pid: z.nullable(pid),
  /** See processIdentity.ts. */
  processStart: z.nullable(z.string()),
  port: z.nullable(port),
  url: z.nullable(z.string()),
  /** Milliseconds since 1970, of the current state. */
  startedAt: z.number(),
  /** The process that runs it. */
  supervisor: z.object({ pid, ...origin }),
});
export type BackendRecord = z.infer<typeof backendRecordSchema>;

export class BackendRecords extends RecordFiles<BackendRecord> {
  constructor(directory: string) {
    super(directory, {
      idOf: ({ id }) => id,
      parse: (value) => backendRecordSchema.safeParse(value).data,
    });
  }
}
