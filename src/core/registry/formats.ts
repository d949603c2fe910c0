// Formats of the files that other programs and windows read. A change here changes a contract: see CHANGELOG.md.
import * as z from "zod/mini";

export const pid = z.int().check(z.positive());
export const port = z.int().check(z.gte(1), z.lte(65_535));

const windowFields = {
  app: z.string(),
  remoteName: z.nullable(z.string()),
  /** URI of what the window has open: a folder or a workspace file. */
  workspace: z.nullable(z.string()),
};

/** Which process wrote a file, and where that can be judged. */
export const origin = {
  /** Tells the process from a later one with the same pid; see processIdentity.ts. */
  processStart: z.string(),
  /** The pid namespace of the pid; see pidNamespace(). */
  pidNamespace: z.optional(z.string()),
  /** See machine.ts. */
  machine: z.optional(z.string()),
};

const recordFields = {
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
  /** The serving process. */
  pid,
  ...origin,
  port,
  /** Opens the instance to agents; also in the discovery files. */
  token: z.string(),
  /** Opens the control API; in no discovery file. */
  controlToken: z.string(),
  /** Milliseconds since 1970. */
  createdAt: z.number(),
};

/** `<berth home>/instances/<instanceId>.json`, mode 0600: one instance. */
export const recordSchema = z.object({
  version: z.literal(2),
  ...recordFields,
  /** Where it listens besides its port. */
  socket: z.nullable(z.string()),
  windows: z.array(
    z.object({
      ...windowFields,
      /** The extension host's parent. */
      pid,
      /** Whether it acts for the agents. */
      lead: z.boolean(),
    }),
  ),
  /** Diffs that nobody has decided yet. */
  diffs: z.number(),
});
export type InstanceRecord = z.infer<typeof recordSchema>;
/** What a window says of itself. */
export type WindowIdentity = Pick<
  InstanceRecord["windows"][number],
  "app" | "remoteName" | "workspace"
>;

/** A record of Berth 0.1, which an older window may still write. Its machine is unknown. */
const olderRecordSchema = z.pipe(
  z.object({
    version: z.literal(1),
    ...recordFields,
    window: z.nullable(z.object(windowFields)),
  }),
  z.transform(({ window, ...fields }): InstanceRecord => ({
    ...fields,
    version: 2,
    socket: null,
    // Its parent is unknown; the extension host was the serving process.
    windows: window ? [{ ...window, pid: fields.pid, lead: true }] : [],
    diffs: 0,
  })),
);

export const readableRecordSchema = z.union([recordSchema, olderRecordSchema]);

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
  /** The serving process. */
  idePid: pid,
  ...origin,
  // Unknown in files of Berth 0.1.
  processStart: z.optional(z.string()),
  createdAt: z.number(),
});
export type LockFile = z.infer<typeof lockSchema>;

/** Marks a Gemini CLI or Qwen Code file as Berth's; those agents read other fields. */
export const markSchema = z.pick(lockSchema, {
  instanceId: true,
  idePid: true,
  processStart: true,
  pidNamespace: true,
  machine: true,
  createdAt: true,
});
/** The fields that tell Berth's files from other programs'. */
export type Mark = z.infer<typeof markSchema>;

/** By which an instance's discovery files name it. */
export function markOf({
  instanceId,
  pid: idePid,
  processStart,
  pidNamespace,
  machine,
  createdAt,
}: InstanceRecord): Mark {
  return { instanceId, idePid, processStart, pidNamespace, machine, createdAt };
}

/** The lock file fields that every editor writes; other editors' files are listed, never touched. */
export const foreignLockSchema = z.object({
  pid: z.optional(pid),
  workspaceFolders: z._default(z.array(z.string()), []),
  ideName: z._default(z.string(), "unknown editor"),
});

/** Where a discovery file was found. */
export interface Found {
  readonly file: string;
  readonly port: number;
}

/** The marks of files, and in lock files also what names the worktree's kept address. */
export type OwnFile = Mark &
  Partial<Pick<LockFile, "worktreePath" | "authToken">> &
  Found;
