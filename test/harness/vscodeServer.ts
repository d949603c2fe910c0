// A real VS Code for tests and benchmarks: its server, and one headless browser whose pages are its windows.
import { mkdtemp, writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { format } from "node:util";
import { type Browser, type BrowserContext, chromium } from "playwright-core";
import type * as Install from "../../scripts/lib/install.mjs";
import type * as Server from "../../scripts/lib/server.mjs";
import { type Process, isRunning, processesBelow } from "./processes";
import { endSupervisors } from "./supervisors";
import type { TestHome } from "./testHome";
import { until } from "./until";
import { WorkbenchWindow } from "./workbenchWindow";

/** Test bundles are CommonJS and run from the top level of the repository; the scripts stay modules. */
const script = <T>(name: string): Promise<T> =>
  import(
    pathToFileURL(path.resolve("scripts", "lib", name)).href
  ) as Promise<T>;

export interface StartOptions {
  readonly home: TestHome;
  /** User settings, on top of quiet defaults. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** VSIX files, or folders to run an extension from. By default ours, as built in the repository. */
  readonly extensions?: readonly string[];
  /** On top of the environment of the home. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Whether VS Code asks for workspace trust; every folder is trusted otherwise. */
  readonly workspaceTrust?: boolean;
  /** Further arguments of the server. */
  readonly args?: readonly string[];
}

type RunningServer = Awaited<ReturnType<typeof Server.startServer>>;

/** No network, and nothing that slows down a headless page. */
const browserArguments = [
  "--disable-dev-shm-usage",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
];

const definedOnly = (
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );

export class VSCodeServer {
  private constructor(
    readonly home: TestHome,
    private readonly server: RunningServer,
    private readonly browser: Browser,
    private readonly context: BrowserContext,
    private readonly windowUrl: typeof Server.windowUrl,
  ) {}

  /** Starts the server, with our extension installed, and the browser. Installs VS Code if it is missing. */
  static async start(options: StartOptions): Promise<VSCodeServer> {
    const { startServer, windowUrl } =
      await script<typeof Server>("server.mjs");
    const { findBrowser, root } = await script<typeof Install>("install.mjs");
    const executablePath = await findBrowser();
    const server = await startServer({
      folder: await mkdtemp(path.join(options.home.folder, "vscode-")),
      extensions: options.extensions ?? [root],
      settings: options.settings ?? {},
      workspaceTrust: options.workspaceTrust ?? false,
      env: { ...options.home.env, ...options.env },
      args: options.args ?? [],
    });
    try {
      const browser = await chromium.launch({
        executablePath,
        args: browserArguments,
        // Its profile and crash reports are removed with the home.
        env: definedOnly({ ...process.env, ...options.home.env }),
      });
      const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        permissions: ["clipboard-read", "clipboard-write"],
      });
      return new VSCodeServer(
        options.home,
        server,
        browser,
        context,
        windowUrl,
      );
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  get port(): number {
    return this.server.port;
  }

  /** Opens a folder, or a `.code-workspace` file, in a window of its own, and returns when its workbench is up. */
  async openWindow(target: string): Promise<WorkbenchWindow> {
    const window = new WorkbenchWindow(await this.context.newPage());
    await window.goto(this.windowUrl(this.port, target).href);
    if (target.endsWith(".code-workspace"))
      await until(
        `the folders of ${target}`,
        async () => {
          if (await window.explorer.fills()) return true;
          // Now and then VS Code reads no folders from the file, and never reads it again.
          await window.reload();
          return false;
        },
        120_000,
      );
    return window;
  }

  /**
   * Runs an extension's tests in an extension host (the server needs `enable-smoke-test-driver`) and returns their exit
   * code, which is also 0 when that host was killed. Fails when they do not end.
   */
  async runTests(
    target: string,
    extension: string,
    tests: string,
    timeoutMs = 600_000,
  ): Promise<number> {
    const remote = `vscode-remote://localhost:${this.port}`;
    const url = this.windowUrl(this.port, target);
    url.searchParams.set(
      "payload",
      JSON.stringify([
        ["extensionDevelopmentPath", remote + extension],
        ["extensionTestsPath", remote + tests],
      ]),
    );
    const page = await this.context.newPage();
    const log: string[] = [];
    await page.exposeFunction(
      "codeAutomationLog",
      (_type: string, words: unknown[]) => log.push(format(...words)),
    );
    let exit: { code: number } | undefined;
    await page.exposeFunction("codeAutomationExit", (code: number) => {
      exit = { code };
    });
    try {
      await page.goto(url.href);
      return (await until("the tests to end", () => exit, timeoutMs)).code;
    } catch (cause) {
      throw new Error(`VS Code said:\n${log.join("\n")}`, { cause });
    } finally {
      await page.close();
    }
  }

  /** The extension hosts of all windows, oldest first. */
  async extensionHosts(): Promise<Process[]> {
    const all = await processesBelow(this.server.pid);
    return all
      .filter(({ command }) => command.includes("--type=extensionHost"))
      .sort((one, other) => Number(one.start) - Number(other.start));
  }

  /** Kills an extension host as the system would, and returns when it is gone. */
  async killExtensionHost(host: Process): Promise<void> {
    if (!(await isRunning(host))) throw new Error("it has ended by itself");
    process.kill(host.pid, "SIGKILL");
    await until(
      "the extension host to end",
      async () => !(await isRunning(host)),
    );
  }

  /** Changes settings while VS Code runs; a setting that is left out goes back to its value at the start. */
  async setSettings(
    settings: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await writeFile(this.server.settingsFile, JSON.stringify(settings));
  }

  /** What the server wrote to its log. */
  log(): string {
    return this.server.readLog();
  }

  /** Closes the windows, lets their extension hosts deactivate, and ends every process. */
  async stop(): Promise<void> {
    await Promise.all(this.context.pages().map((page) => page.close()));
    await this.browser.close();
    await this.server.stop();
    await endSupervisors(this.home.berthHome);
  }
}
