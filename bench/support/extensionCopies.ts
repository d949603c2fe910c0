// Copies of our extension with another activation event in package.json, each wrapped in a probe.
import {
  cpSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { ProbeEntry, ProbeSetup } from "../programs/activationProbe";
import { root } from "../../test/unit/support/root";
import { programs } from "./programs";

export interface ProbedCopies {
  readonly folders: readonly string[];
  /** What the probes have recorded so far. */
  entries(): ProbeEntry[];
}

/** Our extension and an empty one, activated by the same event. */
export function copyExtensions(
  directory: string,
  activationEvent: string,
): ProbedCopies {
  const notes = path.join(directory, "probe.ndjson");
  mkdirSync(directory, { recursive: true });
  writeFileSync(notes, "");
  const manifest = JSON.parse(
    readFileSync(path.join(root, "package.json"), "utf8"),
  ) as Record<string, unknown>;

  const copy = (extension: string, content: object, main: string): string => {
    const folder = path.join(directory, extension);
    mkdirSync(path.join(folder, "dist"), { recursive: true });
    writeFileSync(
      path.join(folder, "package.json"),
      JSON.stringify({
        ...manifest,
        ...content,
        main: "./probe.js",
        activationEvents: [activationEvent],
      }),
    );
    const setup: ProbeSetup = { extension, main, notes };
    writeFileSync(path.join(folder, "probe.json"), JSON.stringify(setup));
    copyFileSync(programs.activationProbe, path.join(folder, "probe.js"));
    return folder;
  };

  const ours = copy("ours", {}, "dist/extension.js");
  const dist = "dist";
  cpSync(path.join(root, dist), path.join(ours, dist), { recursive: true });
  const empty = copy("empty", { name: "empty", contributes: {} }, "dist/e.js");
  writeFileSync(
    path.join(empty, "dist", "e.js"),
    '"use strict";const vscode=require("vscode");exports.activate=()=>{void vscode.version};',
  );
  return {
    folders: [ours, empty],
    entries: () =>
      readFileSync(notes, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as ProbeEntry),
  };
}
