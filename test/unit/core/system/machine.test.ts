import assert from "node:assert/strict";
import { identifyPlace } from "../../../../src/core/system/machine";
import {
  bootId,
  pidNamespace,
  type System,
  thisSystem,
} from "../../../../src/core/system/processIdentity";

const ID = "3d1219c7c4c5404aaa1f6d2a48adfda4";
const OTHER_ID = "5e1219c7c4c5404aaa1f6d2a48adfda4";

const IOREG = `+-o J314sAP  <class IOPlatformExpertDevice, id 0x100000231>
    {
      "IOPlatformSerialNumber" = "XYZ"
      "IOPlatformUUID" = "6F1D7E2C-0D5B-5F4E-9A35-1C2D3E4F5A6B"
      "manufacturer" = <"Apple Inc.">
    }
`;

const REG = `\r
HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Cryptography\r
    MachineGuid    REG_SZ    d2719f6c-9c4e-4f0e-8f57-1c2d3e4f5a6b\r
\r
`;

describe("identifyPlace", () => {
  const linux = (files: Record<string, string>, hostname = "box"): System => ({
    platform: "linux",
    hostname,
    read: (file) => files[file],
    run: () => Promise.reject(new Error("No command is needed.")),
  });
  /** A system whose command prints this, and the commands that were run on it. */
  const printing = (platform: NodeJS.Platform, output: string) => {
    const commands: string[][] = [];
    const run = (command: string, args: readonly string[]) => {
      commands.push([command, ...args]);
      return Promise.resolve(output);
    };
    return { system: { ...thisSystem, platform, run }, commands };
  };
  const mark = async (system: System) => (await identifyPlace(system)).machine;
  const etc = (id: string) => ({ "/etc/machine-id": `${id}\n` });

  it("finds the same place every time", async () => {
    const place = await identifyPlace();
    assert.deepEqual(await identifyPlace(), place);
    assert.match(place.machine, /^[0-9a-f]{20}$/);
    assert.equal(place.boot, bootId());
    assert.equal(place.pidNamespace, pidNamespace());
  });

  it("tells machines apart on Linux, and containers from one image", async () => {
    const dbus = { "/var/lib/dbus/machine-id": ID };
    const box = await mark(linux(etc(ID)));
    assert.equal(await mark(linux(dbus)), box);
    assert.equal(
      await mark(linux({ ...dbus, "/etc/machine-id": "uninitialized\n" })),
      box,
    );
    const marks = [
      box,
      await mark(linux(etc(OTHER_ID))),
      await mark(linux(etc(ID), "another")),
      await mark(linux({})),
      await mark(linux({}, "another")),
    ];
    assert.equal(new Set(marks).size, marks.length);
    assert.ok(!box.includes(ID.slice(0, 8)));
  });

  it("asks ioreg on macOS, where the host name depends on the network", async () => {
    const { system, commands } = printing("darwin", IOREG);
    const place = await identifyPlace(system);
    assert.deepEqual(commands, [
      ["/usr/sbin/ioreg", "-rd1", "-c", "IOPlatformExpertDevice"],
    ]);
    assert.equal(place.boot, undefined);
    assert.equal(place.pidNamespace, "darwin");
    assert.equal(await mark({ ...system, hostname: "another" }), place.machine);
    const other = IOREG.replace("6F1D", "7F1D");
    assert.notEqual(
      await mark(printing("darwin", other).system),
      place.machine,
    );
  });

  it("asks the registry on Windows", async () => {
    const { system, commands } = printing("win32", REG);
    const place = await identifyPlace(system);
    assert.deepEqual(commands, [
      [
        "reg",
        "query",
        "HKLM\\SOFTWARE\\Microsoft\\Cryptography",
        "/v",
        "MachineGuid",
      ],
    ]);
    assert.equal(await mark({ ...system, hostname: "another" }), place.machine);
    const other = REG.replace("d2719", "e2719");
    assert.notEqual(await mark(printing("win32", other).system), place.machine);
  });

  it("falls back on the host name where the system does not answer", async () => {
    for (const platform of ["darwin", "win32", "freebsd"] as const) {
      const system: System = {
        ...thisSystem,
        platform,
        run: () => Promise.reject(new Error("spawn EAGAIN")),
      };
      assert.notEqual(
        await mark({ ...system, hostname: "one" }),
        await mark({ ...system, hostname: "two" }),
      );
    }
  });
});
