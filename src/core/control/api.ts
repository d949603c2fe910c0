// What travels over an instance's control API (/berth/...). A change here changes a contract: see CHANGELOG.md.
import * as z from "zod/mini";
import { pid, port, recordSchema } from "../registry/formats";

/** Answer of `GET /berth/health`. */
export const healthSchema = z.object({
  instanceId: z.string(),
  name: z.string(),
  worktree: z.string(),
  pid,
  port,
  /** Connected agents. */
  clients: z.number(),
  /** Whether it is the one its window's status bar shows. */
  active: z.boolean(),
});
export type Health = z.infer<typeof healthSchema>;

/** Answer of `GET /berth/instance`. */
export const descriptionSchema = z.object({
  instanceId: z.string(),
  name: z.string(),
  worktree: z.string(),
  /** Only a running one answers; its warning is a sentence for the user. */
  state: z.literal("running"),
  warning: z.nullable(z.string()),
  clients: z.array(
    z.object({
      id: z.string(),
      name: z.nullable(z.string()),
      version: z.nullable(z.string()),
      pid: z.nullable(pid),
    }),
  ),
  /** Bytes: of the whole process, and of the thread that serves all instances of the window. */
  memory: z.object({ rss: z.number(), heapUsed: z.number() }),
  backends: recordSchema.shape.backends,
});
export type Description = z.infer<typeof descriptionSchema>;

/** Answer of `POST /berth/send`: how many agents were told. */
export const sentSchema = z.object({ sent: z.number() });

/** Body of an answer that is a refusal: a sentence for the user. */
export const refusalSchema = z.object({ error: z.string() });

/** Answer of `POST /berth/handover`. */
export const handoverSchema = z.object({ handedOver: z.boolean() });
