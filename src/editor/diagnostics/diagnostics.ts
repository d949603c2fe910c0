// The report about Berth on this machine, without secrets: Markdown, a section each, of which one that fails hides no other.
import { readdir, readFile } from "node:fs/promises";
import { homedir, release, userInfo } from "node:os";
import * as vscode from "vscode";
import { messageOf } from "../../core/errors";
import { maskSecrets } from "../../core/maskSecrets";
import {
  describeInstanceLine,
  diagnosticsTitle,
  nothing,
  sectionFailed,
  sections,
} from "../../core/messages/diagnostics";
import type { DiscoveryLocations } from "../../core/registry/registryFiles";
import { canonicalPath } from "../../core/system/paths";
import { git } from "../../core/worktrees/git";
import { describeTarget } from "../instances/describeTarget";
import type { Target, TargetContext } from "../instances/target";
import type { CommandLine } from "../terminals/commandLine";
import { changedSettings } from "./changedSettings";

/** Of the log. */
const LINES = 100;
/** Characters of one. */
const LINE_LENGTH = 500;
/** Milliseconds: some agents take seconds to say their version. */
const DOCTOR_TIMEOUT = 30_000;

export interface DiagnosticsOptions {
  /** Of Berth. */
  readonly version: string;
  /** Where VS Code keeps this window's log of Berth. */
  readonly logFile: string;
  /** Of all settings, without "berth.". */
  readonly settings: readonly string[];
  readonly discovery: DiscoveryLocations;
}

type Section = keyof typeof sections;

/** Rejects never: what goes wrong is in the report. */
export async function writeDiagnostics(
  context: TargetContext & { readonly commandLine: CommandLine },
  options: DiagnosticsOptions,
): Promise<string> {
  const contents: Readonly<
    Record<Section, () => readonly string[] | Promise<readonly string[]>>
  > = {
    versions: () => versions(options.version),
    settings: () => changedSettings(options.settings),
    instances: () => instances(context, options.discovery),
    backends: () => backends(context),
    doctor: async () => lines(await context.commandLine.doctor(DOCTOR_TIMEOUT)),
    log: async () =>
      lines(await readFile(options.logFile, "utf8"))
        .slice(-LINES)
        .map((line) => line.slice(0, LINE_LENGTH)),
  };
  const written = await Promise.all(
    (Object.keys(sections) as Section[]).map(async (section) => {
      const text = await Promise.resolve()
        .then(contents[section])
        .then(
          (all) => (all.length === 0 ? nothing : fenced(all)),
          (error: unknown) => sectionFailed(messageOf(error)),
        );
      return `## ${sections[section]}\n\n${text}\n`;
    }),
  );
  return maskSecrets(`# ${diagnosticsTitle}\n\n${written.join("\n")}`, {
    homes: [homedir(), canonicalPath(homedir())],
    user: userName(),
  });
}

async function versions(version: string): Promise<string[]> {
  const { appName, appHost, remoteName = "none", uiKind } = vscode.env;
  const asked = await git(homedir(), ["--version"]);
  return [
    `Berth ${version}`,
    `${appName} ${vscode.version} (${appHost}, ${uiKind === vscode.UIKind.Web ? "in a browser" : "desktop"}, remote: ${remoteName})`,
    `${process.platform} ${process.arch} ${release()}`,
    `Node ${process.versions.node}`,
    asked.kind === "ok" ? asked.stdout.trim() : `git: ${asked.kind}`,
  ];
}

/** Of the whole machine, and worktrees of this window without one. */
async function instances(
  context: TargetContext,
  discovery: DiscoveryLocations,
): Promise<string[]> {
  const files = await discoveryFiles(discovery);
  const own = context.instances.views.map((view) => ({
    target: { kind: "own", view } as const,
    worktree: view.worktree,
    port: view.state.kind === "running" ? view.state.port : null,
  }));
  const others = context.machine.beside(context.instances).map((listed) => ({
    target: { kind: "remote", listed } as const,
    worktree: listed.worktree,
    port: listed.port,
  }));
  return [...own, ...others].flatMap(({ target, worktree, port }) => {
    const { name, warnings } = describeTarget(target, context);
    const found = files
      .filter(({ ports }) => port !== null && ports.includes(port))
      .map(({ agent }) => agent);
    return [
      describeInstanceLine(name, worktree, statusOf(target, context), found),
      ...warnings.map((warning) => `  ${warning}`),
    ];
  });
}

function backends(context: TargetContext): string[] {
  return context.backends.views.flatMap((view) => {
    const target = { kind: "backend", view } as const;
    const { name, detail } = describeTarget(target, context);
    return [
      `${name} (${view.worktree}): ${statusOf(target, context)}`,
      ...(detail === "" ? [] : [`  ${detail}`]),
    ];
  });
}

function statusOf(target: Target, context: TargetContext): string {
  const { status, usage } = describeTarget(target, context);
  return [status, usage].filter(Boolean).join(", ");
}

/** The ports that files name for each agent. */
function discoveryFiles({
  lockDirectory,
  geminiDirectory,
  qwenDirectory,
}: DiscoveryLocations) {
  const places = [
    ["Claude Code", lockDirectory, /^(\d+)\.lock$/],
    ["Gemini CLI", geminiDirectory, /^gemini-ide-server-\d+-(\d+)\.json$/],
    ["Qwen Code", qwenDirectory, /^(\d+)\.lock$/],
  ] as const;
  return Promise.all(
    places.map(async ([agent, directory, pattern]) => {
      const names = await readdir(directory).catch(() => []);
      const ports = names.flatMap((name) => pattern.exec(name)?.[1] ?? []);
      return { agent, ports: ports.map(Number) };
    }),
  );
}

function lines(text: string): string[] {
  return text.trimEnd().split(/\r?\n/);
}

/** As Markdown shows it unchanged, whatever is in it. */
function fenced(all: readonly string[]): string {
  const text = all.join("\n");
  const longest = Math.max(
    2,
    ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length),
  );
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // The system knows no name for the account, as in some containers.
    return "";
  }
}
