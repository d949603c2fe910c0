// Which backends a worktree may have: the user's settings in the windows that have it open come first, then those in other windows,
// then backends.json, and then what the workspace defines.
import {
  backendRefused,
  noBackends,
  noSuchBackend,
  whichBackend,
} from "../../core/backendErrors";
import {
  type BackendDefinition,
  backendKey,
  type ParsedBackends,
} from "../../core/backends/definition";
import { contains } from "../../core/system/paths";
import { worktreeIsOff, worktreeNotTrusted } from "../../core/backendMessages";
import { siblingName } from "../../core/worktrees/names";
import type { Worktree } from "../../core/worktrees/worktree";
import type { AttachedWindow } from "../../host/reconcile/attachedWindow";
import type { InstanceHost } from "../../host/reconcile/instanceHost";
import type { BackendPlace } from "./backendSpec";

export interface Offer {
  readonly place: BackendPlace;
  /** By name. */
  readonly definitions: ReadonlyMap<string, BackendDefinition>;
  /** Why others are not offered, by name: a sentence. */
  readonly refused: ReadonlyMap<string, string>;
  /** What is wrong with backends.json: sentences. */
  readonly problems: readonly string[];
}

export function offerFor(
  worktree: Worktree,
  instances: InstanceHost,
  file: ParsedBackends,
): Offer {
  const { path, git } = worktree;
  const { windows } = instances;
  const own = windows.filter(
    (window) => window.plan.specOf(path) !== undefined,
  );
  const trusted = own.filter((window) => window.plan.isTrusted);
  const definitions = [
    ...trusted.flatMap(({ plan: { backends } }) => backends.user),
    ...windows.flatMap(({ plan: { backends } }) => backends.user),
    ...file.definitions,
    ...trusted.flatMap(({ plan: { backends } }) => backends.workspace),
  ];
  const isTrusted =
    trusted.length > 0 ||
    !windows.some(
      (window) => !window.plan.isTrusted && concerns(window, worktree),
    );
  const refusal = isTrusted
    ? own.length > 0 && !own.some((window) => window.plan.runs(path))
      ? worktreeIsOff
      : undefined
    : worktreeNotTrusted;
  return {
    place: {
      worktree: path,
      name:
        own[0]?.plan.specOf(path)?.name ??
        (git ? siblingName(git) : (path.split(/[\\/]/).at(-1) ?? path)),
      branch: git?.branch ?? "",
      instanceId: instances.instanceIdOf(path) ?? "",
      environment: (own[0] ?? windows[0])?.environment ?? process.env,
    },
    definitions:
      refusal === undefined ? firstOfEachName(definitions) : new Map(),
    refused: new Map(
      refusal === undefined
        ? trusted.flatMap(({ plan: { backends } }) => [...backends.refused])
        : definitions.map(({ name }) => [name, refusal]),
    ),
    problems: file.problems,
  };
}

/** Whether it has the worktree open, the folder around it, or another worktree of its repository. */
function concerns({ plan }: AttachedWindow, worktree: Worktree): boolean {
  const repository = worktree.git?.gitCommonDir;
  return plan.planned.some(
    ({ path, git }) =>
      contains(path, worktree.path) ||
      (repository !== undefined && git?.gitCommonDir === repository),
  );
}

function firstOfEachName(
  definitions: readonly BackendDefinition[],
): Map<string, BackendDefinition> {
  const found = new Map<string, BackendDefinition>();
  const keys = new Set<string>();
  for (const definition of definitions) {
    const key = backendKey(definition.name);
    if (!keys.has(key)) found.set(definition.name, definition);
    keys.add(key);
  }
  return found;
}

/** Without a name, the only one. Throws a UserError that names the choices. */
export function chooseDefinition(
  { definitions, refused, place, problems }: Offer,
  name: string | undefined,
): BackendDefinition {
  const names = [...definitions.keys()];
  if (name === undefined) {
    const [only] = definitions.values();
    const [reason] = refused.values();
    if (!only && reason !== undefined)
      throw backendRefused([...refused.keys()].join(", "), place.name, reason);
    if (!only) throw noBackends(place.name, problems);
    if (definitions.size > 1) throw whichBackend(place.name, names);
    return only;
  }
  const found = definitions.get(name);
  if (found) return found;
  const reason = refused.get(name);
  if (reason !== undefined) throw backendRefused(name, place.name, reason);
  throw noSuchBackend(name, place.name, names, problems);
}
