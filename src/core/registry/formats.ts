// Formats of the files that other programs and windows read. A change here changes a contract: see CHANGELOG.md.
import * as z from "zod/mini";

export const pid = z.int().check(z.positive());
export const port = z.int().check(z.gte(1), z.lte(65_535));

/** `<berth home>/instances/<instanceId>.json`, mode 0600: one instance of one window. */
export const recordSchema = z.object({
  version: z.literal(1),
  instanceId: z.uuid(),
  /** Display name; unique among live instances. */
  name: z.string(),
  /** Real path of the top level. */
  worktree: z.string(),
  /** null without git. */
  gitCommonDir: z.nullable(z.string()),
  repository: z.nullable(z.string()),
  /** Branch name, or the first 7 characters of a detached commit. */
  branch: z.nullable(z.string()),
  /** The serving process: an extension host or `berth serve`. */
  pid,
  /** Tells the process from a later one with the same pid; see processIdentity.ts. */
  processStart: z.string(),
  /** The pid namespace of `pid`; see pidNamespace(). */
  pidNamespace: z.optional(z.string()),
  port,
  token: z.string(),
  owner: z.enum(["vscode", "cli"]),
  /** null for a headless instance. */
  window: z.nullable(
    z.object({
      app: z.string(),
      remoteName: z.nullable(z.string()),
      /** URI of what the window has open: a folder or a workspace file. */
      workspace: z.nullable(z.string()),
    }),
  ),
  backends: z.array(
    z.object({
      name: z.string(),
      pid,
      processStart: z.string(),
      port: z.optional(port),
      url: z.optional(z.string()),
      state: z.string(),
    }),
  ),
  /** Milliseconds since 1970. */
  createdAt: z.number(),
});
export type InstanceRecord = z.infer<typeof recordSchema>;

/**
 * `<claude config dir>/ide/<port>.lock`, mode 0600. Claude Code reads the first six fields; the others are ours and
 * mark the file as Berth's.
 */
export const lockSchema = z.object({
  /** The extension host's parent: an agent in a VS Code terminal accepts only a lock whose pid is its ancestor. */
  pid,
  /** Real paths. */
  workspaceFolders: z.array(z.string()),
  ideName: z.string(),
  transport: z.literal("ws"),
  runningInWindows: z.boolean(),
  authToken: z.string(),
  instanceId: z.uuid(),
  worktreePath: z.string(),
  idePid: pid,
  pidNamespace: z.optional(z.string()),
  createdAt: z.number(),
});
export type LockFile = z.infer<typeof lockSchema>;

/** Marks a Gemini CLI or Qwen Code file as Berth's; those agents read other fields. */
export const markSchema = z.pick(lockSchema, {
  instanceId: true,
  idePid: true,
  pidNamespace: true,
  createdAt: true,
});

/** The lock file fields that every editor writes; other editors' files are listed, never touched. */
export const foreignLockSchema = z.object({
  pid: z.optional(pid),
  workspaceFolders: z._default(z.array(z.string()), []),
  ideName: z._default(z.string(), "unknown editor"),
});
