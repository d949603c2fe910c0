// Tells this machine from others that share its files: a home directory on a network drive, a container's volume.
import { createHash } from "node:crypto";
import {
  bootId,
  pidNamespace,
  type System,
  thisSystem,
} from "./processIdentity";

/** Where a process runs. Only pids of the same place can be judged. */
export interface Place {
  /** The same for every process on this machine, across boots. */
  readonly machine: string;
  /** See bootId(). */
  readonly boot: string | undefined;
  /** See pidNamespace(). */
  readonly pidNamespace: string | undefined;
}

/** Starts one process on macOS and Windows, none on Linux. */
export async function identifyPlace(system = thisSystem): Promise<Place> {
  const id = (await machineId(system)) ?? system.hostname;
  return {
    // Hashed: the ids are confidential, and a mark goes into directories that other programs read.
    machine: createHash("sha256").update(id).digest("hex").slice(0, 20),
    boot: system.platform === "linux" ? bootId() : undefined,
    pidNamespace: pidNamespace(system.platform),
  };
}

async function machineId(system: System): Promise<string | undefined> {
  switch (system.platform) {
    case "linux": {
      const id = ["/etc/machine-id", "/var/lib/dbus/machine-id"]
        .map((file) => system.read(file)?.trim())
        .find((content) => /^[0-9a-f]{32}$/.test(content ?? ""));
      // Containers from one image share the id.
      return id && `${id} ${system.hostname}`;
    }
    case "darwin":
      return find(
        system,
        /"IOPlatformUUID" = "([^"]+)"/,
        // Not by name: a process with another PATH must get the same mark.
        "/usr/sbin/ioreg",
        ["-rd1", "-c", "IOPlatformExpertDevice"],
      );
    case "win32":
      return find(system, /\bMachineGuid\s+REG_SZ\s+(\S+)/, "reg", [
        "query",
        "HKLM\\SOFTWARE\\Microsoft\\Cryptography",
        "/v",
        "MachineGuid",
      ]);
    default:
      return undefined;
  }
}

async function find(
  system: System,
  pattern: RegExp,
  command: string,
  args: readonly string[],
): Promise<string | undefined> {
  const output = await system.run(command, args).catch(() => "");
  return pattern.exec(output)?.[1];
}
