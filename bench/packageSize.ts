// The size of the download that `npm run package` builds.
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { root } from "../test/unit/support/root";
import type { Row } from "./row";

export function packageSize(): Promise<Row[]> {
  const script = path.join(root, "scripts", "package.mjs");
  execFileSync(process.execPath, [script], { cwd: root, stdio: "pipe" });
  const { version } = JSON.parse(
    readFileSync(path.join(root, "package.json"), "utf8"),
  ) as { version: string };
  const { size } = statSync(path.join(root, `berth-${version}.vsix`));
  return Promise.resolve([
    {
      kind: "measured",
      what: "VSIX",
      unit: "KB",
      measured: size / 1024,
      budget: { atMost: 600 },
    },
  ]);
}
