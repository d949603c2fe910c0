// The files that other programs and other windows rely on. A change here changes a contract: see CHANGELOG.md.
import * as z from "zod/mini";

export const pid = z.int().check(z.positive());
export const port = z.int().check(z.gte(1), z.lte(65_535));

/** `<berth home>/instances/<instanceId>.json`, mode 0600: one instance of one window. */
export const recordSchema = z.object({
  version: z.literal(1),
  instanceId: z.uuid(),
  /** As the user sees it; no two live instances have the same. */
  name: z.string(),
  /** Real path of the top level. */
  worktree: z.string(),
  /** null where there is no git. */
  gitCommonDir: z.nullable(z.string()),
  repository: z.nullable(z.string()),
  /** Branch name, or the first 7 characters of a detached commit. */
  branch: z.nullable(z.string()),
  /** The process that serves: an extension host or `berth serve`. */
  pid,
  /** Tells a process from a later one with its pid; see processIdentity.ts. */
  processStart: z.string(),
  /** Linux: the pid namespace that `pid` is counted in; absent elsewhere. */
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
 * `<claude config dir>/ide/<port>.lock`, mode 0600. The first six fields are what Claude Code reads; the others are
 * ours, and the mark by which Berth knows a lock file as its own.
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

/** The mark by which Berth knows a file for Gemini CLI or Qwen Code as its own; they read other fields. */
export const markSchema = z.pick(lockSchema, {
  instanceId: true,
  idePid: true,
  pidNamespace: true,
  createdAt: true,
});

/** The part of a lock file that every editor writes; other editors' files are listed, never touched. */
export const foreignLockSchema = z.object({
  pid: z.optional(pid),
  workspaceFolders: z._default(z.array(z.string()), []),
  ideName: z._default(z.string(), "unknown editor"),
});
