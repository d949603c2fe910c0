// Lists what Berth runs on this machine, and on others that are named.
import { watch } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import {
  type Listing,
  type MergedListing,
  readListing,
} from "../../core/commandLine/listing";
import { messageOf } from "../../core/errors";
import { sweep } from "../../core/registry/sweep";
import { defineCommand, exitCodes } from "../command";
import { formatListings, type HostListing } from "../formatListing";
import { describeListing, onlyLive } from "../listing";
import {
  assertReadable,
  listMachine,
  type Machine,
  openMachine,
} from "../machine";
import { askRemote, checkHost } from "../remote";

/** Milliseconds: how many agents are connected is in no file. */
const LOOK_EVERY = 2_000;
/** The same where other machines are asked, each time by a connection of its own. */
const LOOK_AWAY_EVERY = 10_000;

export const list = defineCommand({
  description:
    "Lists the instances on this machine, and the backends of their worktrees.\nWith --all also what is left of processes that are gone, what other machines and containers have written, and other editors.",
  operands: [],
  options: {
    all: {
      type: "boolean",
      help: "Also what is stale, foreign or another editor's.",
    },
    host: {
      type: "string",
      multiple: true,
      value: "HOST",
      help: "Also those of this machine, by ssh; may be given several times.",
    },
    json: {
      type: "boolean",
      help: "Print JSON; with --watch, a line at each change.",
    },
    watch: {
      type: "boolean",
      help: "Print the list again when it changes, until you end it with Ctrl-C.",
    },
  },
  examples: [
    ["berth list", "What runs now."],
    ["berth list --json | jq -r '.instances[].worktree'", "For scripts."],
    ["berth list --watch", "In a pane of its own."],
    ["berth list --host build --host gpu", "On three machines."],
  ],
  async run(
    _operands,
    { all = false, host: hosts = [], json = false, watch: follow = false },
  ) {
    for (const host of hosts) checkHost(host);
    const machine = await openMachine();
    const show = async () => {
      const listings = await Promise.all([
        listHere(machine, all),
        ...hosts.map((host) => listThere(host, all)),
      ]);
      return json
        ? `${JSON.stringify(merge(listings), null, follow ? undefined : 2)}\n`
        : formatListings(listings);
    };
    if (follow)
      return followChanges(
        machine,
        hosts.length > 0 ? LOOK_AWAY_EVERY : LOOK_EVERY,
        show,
      );
    const shown = await show();
    process.stdout.write(shown);
    if (shown === "") {
      assertReadable(machine);
      process.stderr.write(`${nothingRuns}\n`);
    }
    // Agents are misled by what dead processes leave. What --all shows stays for whoever looks at it.
    if (!all) await sweep(machine.files, silent).catch(() => undefined);
    return exitCodes.done;
  },
});

const nothingRuns =
  "No instance is running on this machine. Open a folder in VS Code to start one.";

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

async function listHere(machine: Machine, all: boolean): Promise<HostListing> {
  const listing = describeListing(await listMachine(machine));
  return { host: null, listing: all ? listing : onlyLive(listing) };
}

/** A machine that is away is a line of the list, and no failure. */
async function listThere(host: string, all: boolean): Promise<HostListing> {
  try {
    const args = ["list", "--json", ...(all ? ["--all"] : [])];
    return { host, listing: readListing(await askRemote(host, args)) };
  } catch (error) {
    return { host, failure: messageOf(error) };
  }
}

/** Each item with its host; null: this machine. */
function merge(listings: readonly HostListing[]): MergedListing {
  const items = <Item>(of: (listing: Listing) => readonly Item[]) =>
    listings.flatMap((each) =>
      "listing" in each
        ? of(each.listing).map((item) => ({ ...item, host: each.host }))
        : [],
    );
  const failures = listings.filter((each) => "failure" in each);
  return {
    instances: items(({ instances }) => instances),
    backends: items(({ backends }) => backends),
    otherEditors: items(({ otherEditors }) => otherEditors),
    ...(failures.length > 0 && { failures }),
  };
}

/** `lookEvery` in milliseconds. Prints what `show` resolves with whenever that is something else. Never resolves: the user ends it. */
async function followChanges(
  { files, backends }: Machine,
  lookEvery: number,
  show: () => Promise<string>,
): Promise<never> {
  let shown: string | undefined;
  for (;;) {
    const changed = new AbortController();
    const watchers = [files.records.directory, backends.directory].flatMap(
      (directory) => {
        try {
          const watcher = watch(directory, () => {
            changed.abort();
          });
          watcher.on("error", () => {
            watcher.close();
          });
          return [watcher];
        } catch {
          // Not there yet: looking by time finds it.
          return [];
        }
      },
    );
    const text = await show();
    if (text !== shown)
      process.stdout.write(
        process.stdout.isTTY
          ? `\u001b[H\u001b[2J${text || `${nothingRuns}\n`}`
          : text,
      );
    shown = text;
    await delay(lookEvery, undefined, { signal: changed.signal }).catch(
      () => undefined,
    );
    for (const watcher of watchers) watcher.close();
  }
}
