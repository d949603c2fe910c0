// The machines of the setting berth.hosts, as `berth list` over ssh tells of them.
import type {
  InstanceItem,
  MergedListing,
} from "../../core/commandLine/listing";
import { messageOf } from "../../core/errors";
import type { CurrentSettings } from "../settings/settings";
import type { CommandLine } from "../terminals/commandLine";

export type MachineAnswer =
  | { readonly host: string; readonly instance: InstanceItem }
  /** It has not answered. */
  | { readonly host: string; readonly failure: string };

/** Milliseconds; one that is away is a line after five seconds. */
const TIMEOUT = 10_000;

export class OtherMachines {
  constructor(
    private readonly settings: CurrentSettings,
    private readonly commandLine: CommandLine,
  ) {}

  /** What runs there now. Nothing is asked where the setting names none. */
  async ask(): Promise<readonly MachineAnswer[]> {
    const { hosts } = this.settings.value;
    if (hosts.length === 0) return [];
    try {
      const args = hosts.map((host) => `--host=${host}`);
      const printed = await this.commandLine.run(
        ["list", "--json", ...args],
        TIMEOUT,
      );
      const { instances, failures = [] } = JSON.parse(printed) as MergedListing;
      return [
        ...instances.flatMap((instance) =>
          instance.host === null ? [] : [{ host: instance.host, instance }],
        ),
        ...failures,
      ];
    } catch (error) {
      const failure = messageOf(error);
      return hosts.map((host) => ({ host, failure }));
    }
  }
}
