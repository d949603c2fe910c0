// Wire format of an instance's control API (/berth/...). A change here changes a contract: see CHANGELOG.md.
import * as z from "zod/mini";
import { pid, port } from "../registry/formats";

/** Response to `GET /berth/health`. */
export const healthSchema = z.object({
  instanceId: z.string(),
  name: z.string(),
  worktree: z.string(),
  pid,
  port,
  /** Connected agents. */
  clients: z.number(),
  /** Whether its window's status bar shows it. */
  active: z.boolean(),
});
export type Health = z.infer<typeof healthSchema>;

/** Response to `GET /berth/instance`. */
export const descriptionSchema = z.object({
  instanceId: z.string(),
  name: z.string(),
  worktree: z.string(),
  /** Only a running instance answers. */
  state: z.literal("running"),
  /** A sentence for the user. */
  warning: z.nullable(z.string()),
  clients: z.array(
    z.object({
      id: z.string(),
      name: z.nullable(z.string()),
      version: z.nullable(z.string()),
      pid: z.nullable(pid),
      // Missing in answers of Berth 0.1.
      label: z._default(z.string(), "Agent"),
      takesMentions: z._default(z.boolean(), false),
      since: z._default(z.number(), 0),
      isBusy: z._default(z.boolean(), false),
    }),
  ),
  /** Whether its window's status bar shows it. */
  active: z._default(z.boolean(), false),
  /** That nobody has decided on yet. */
  diffs: z._default(
    z.array(
      z.object({
        id: z.string(),
        client: z.string(),
        agent: z.string(),
        path: z.string(),
        /** Milliseconds since 1970. */
        since: z.number(),
      }),
    ),
    [],
  ),
  /** Bytes: the whole process, and the thread that serves all of the window's instances. */
  memory: z.object({ rss: z.number(), heapUsed: z.number() }),
  /** Of its worktree, that run or should. */
  backends: z.array(
    z.object({
      name: z.string(),
      /** See BackendState. */
      state: z.enum(["starting", "ready", "backoff", "stopping", "failed"]),
      // null unless it is ready.
      pid: z.nullable(pid),
      processStart: z.nullable(z.string()),
      port: z.nullable(port),
      url: z.nullable(z.string()),
      /** Since when it is ready: milliseconds since 1970. Missing in older answers. */
      since: z._default(z.nullable(z.number()), null),
    }),
  ),
});
export type Description = z.infer<typeof descriptionSchema>;

/** Response to `POST /berth/send`: how many agents received it. */
export const sentSchema = z.object({ sent: z.number() });

/** Body of a refusal: a sentence for the user. */
export const refusalSchema = z.object({ error: z.string() });
