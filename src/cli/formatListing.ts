// The list as a person reads it.
import { homedir } from "node:os";
import path from "node:path";
import type {
  BackendItem,
  InstanceItem,
  Listing,
} from "../core/commandLine/listing";
import { type Cell, formatTable } from "./table";
import { colours } from "./terminal";

/** Of one machine: what it has told, or why it has not. */
export type HostListing =
  /** null: this machine. */
  | { readonly host: string | null; readonly listing: Listing }
  | { readonly host: string; readonly failure: string };

/** Lines, each ended; "" if nothing runs. */
export function formatListings(listings: readonly HostListing[]): string {
  const { dim } = colours();
  const isSeveral = listings.some(({ host }) => host !== null);
  const rows = listings.flatMap((each) =>
    rowsOf(each).map((row) =>
      isSeveral ? [{ text: each.host ?? "this machine" }, ...row] : row,
    ),
  );
  if (rows.length === 0) return "";
  const headings = [
    ...(isSeveral ? ["HOST"] : []),
    ...["NAME", "STATE", "PORT", "AGENTS", "WHERE"],
  ].map((text) => ({ text, paint: dim }));
  const width = process.stdout.isTTY
    ? process.stdout.columns || Infinity
    : Infinity;
  return formatTable([headings, ...rows], width)
    .map((line) => `${line}\n`)
    .join("");
}

function rowsOf(told: HostListing): Cell[][] {
  if ("failure" in told) {
    const { red } = colours();
    return [
      ["", "away", "", "", told.failure].map((text) => ({ text, paint: red })),
    ];
  }
  const { instances, backends, otherEditors } = told.listing;
  const served = new Set(instances.map(({ worktree }) => worktree));
  const { dim } = colours();
  return [
    // Each instance with the backends of its worktree below it; then backends without one, and other editors.
    ...instances.flatMap((instance) => [
      instanceRow(instance),
      ...backends
        .filter(({ worktree }) => worktree === instance.worktree)
        .map((each) => backendRow(each, true)),
    ]),
    ...backends
      .filter(({ worktree }) => !served.has(worktree))
      .map((each) => backendRow(each, false)),
    ...otherEditors.map(({ name, port, folders, isAlive }) =>
      [
        name,
        isAlive ? "other editor" : "stale",
        String(port),
        "",
        folders.map(shorten).join(", "),
      ].map((text) => ({ text, paint: dim })),
    ),
  ];
}

function instanceRow(instance: InstanceItem): Cell[] {
  const { green, yellow, red, dim } = colours();
  const { name, liveness, port, clients, worktree } = instance;
  const paint = {
    live: green,
    unresponsive: yellow,
    stale: red,
    foreign: dim,
  }[liveness];
  return [
    { text: name },
    { text: liveness, paint },
    { text: String(port) },
    { text: clients === null ? "" : String(clients) },
    { text: shorten(worktree) },
  ];
}

function backendRow(backend: BackendItem, isBelow: boolean): Cell[] {
  const { green, yellow, red, dim } = colours();
  const { name, liveness, port, url, worktree } = backend;
  const state = liveness === "live" ? backend.state : liveness;
  const paint = {
    ready: green,
    starting: yellow,
    backoff: yellow,
    stopping: yellow,
    failed: red,
    stale: red,
    foreign: dim,
  }[state];
  return [
    { text: isBelow ? `  ${name}` : name },
    { text: state, paint },
    { text: port === null ? "" : String(port) },
    { text: "" },
    { text: isBelow ? (url ?? "") : shorten(worktree) },
  ];
}

function shorten(file: string): string {
  const home = homedir();
  return process.stdout.isTTY && file.startsWith(home + path.sep)
    ? `~${file.slice(home.length)}`
    : file;
}
