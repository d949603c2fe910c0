// What `berth list` tells of this machine.
import type { Listing } from "../core/commandLine/listing";
import type { MachineListing } from "./machine";

export function describeListing({
  instances,
  backends,
  otherEditors,
}: MachineListing): Listing {
  return {
    instances: instances.map(({ record, liveness, health }) => ({
      ...without(record, ["token", "controlToken", "version"]),
      liveness,
      clients: health?.clients ?? null,
      active: health?.active ?? null,
    })),
    backends: backends.map(({ record, liveness }) => ({
      ...without(record, ["version", "supervisor"]),
      liveness,
      supervisor: record.supervisor.pid,
    })),
    otherEditors,
  };
}

function without<Item extends object, Key extends keyof Item>(
  item: Item,
  keys: readonly Key[],
): Omit<Item, Key> {
  return Object.fromEntries(
    Object.entries(item).filter(([key]) => !keys.includes(key as Key)),
  ) as Omit<Item, Key>;
}

/** What runs. */
export function onlyLive({ instances, backends }: Listing): Listing {
  return {
    instances: instances.filter(
      ({ liveness }) => liveness === "live" || liveness === "unresponsive",
    ),
    backends: backends.filter(({ liveness }) => liveness === "live"),
    otherEditors: [],
  };
}
