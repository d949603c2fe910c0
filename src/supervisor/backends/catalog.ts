// Which backends a worktree may have: those of the windows that have it open come first, then the settings of other windows'
// users, who are the same person, then backends.json.
import {
  backendRefused,
  noBackends,
  noSuchBackend,
  whichBackend,
} from "../../core/backendErrors";
import type {
  BackendDefinition,
  ParsedBackends,
} from "../../core/backends/definition";
import { worktreeNotTrusted } from "../../core/backendMessages";
import { siblingName } from "../../core/worktrees/names";
import type { Worktree } from "../../core/worktrees/worktree";
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
  const own = windows.filter((window) => window.specOf(path) !== undefined);
  const trusted = own.filter((window) => window.isTrusted);
  const definitions = [
    ...trusted.flatMap(({ backends }) => [
      ...backends.user,
      ...backends.workspace,
    ]),
    ...windows.flatMap(({ backends }) => backends.user),
    ...file.definitions,
  ];
  const isTrusted = own.length === 0 || trusted.length > 0;
  return {
    place: {
      worktree: path,
      name:
        own[0]?.specOf(path)?.name ??
        (git ? siblingName(git) : (path.split(/[\\/]/).at(-1) ?? path)),
      branch: git?.branch ?? "",
      instanceId: instances.instanceIdOf(path) ?? "",
      environment: (own[0] ?? windows[0])?.environment ?? process.env,
    },
    definitions: isTrusted ? firstOfEachName(definitions) : new Map(),
    refused: new Map(
      isTrusted
        ? trusted.flatMap(({ backends }) => [...backends.refused])
        : definitions.map(({ name }) => [name, worktreeNotTrusted]),
    ),
    problems: file.problems,
  };
}

function firstOfEachName(
  definitions: readonly BackendDefinition[],
): Map<string, BackendDefinition> {
  const found = new Map<string, BackendDefinition>();
  for (const definition of definitions)
    if (!found.has(definition.name)) found.set(definition.name, definition);
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
