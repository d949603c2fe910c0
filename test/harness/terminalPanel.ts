// The terminals of a window, as a user sees them: the list of their tabs, and what is in the one in front.
import type { Page } from "playwright-core";
import type { PageElement } from "./pageElement";
import { until } from "./until";

/** Milliseconds: big programs start slowly on a machine that is busy with other things. */
const patience = 60_000;

/** Settings with which a test can read terminals and the list of their tabs. */
export const readableTerminals = {
  "terminal.integrated.tabs.hideCondition": "never",
  "terminal.integrated.gpuAcceleration": "off",
} as const;

export class TerminalPanel {
  /** How many a reload would bring back, as VS Code has last told its server. */
  #kept = 0;

  constructor(private readonly page: Page) {
    page.on("websocket", (socket) => {
      socket.on("framesent", ({ payload }) => {
        const layout = /\$setTerminalLayoutInfo.*/s.exec(payload.toString());
        if (layout)
          this.#kept = layout[0].match(/"terminal":[1-9]/g)?.length ?? 0;
      });
    });
  }

  /** The names of the terminals in the list of their tabs (with readableTerminals). */
  async tabs(): Promise<string[]> {
    const names = this.page.locator(".terminal-tabs-entry .label-name");
    return (await names.allInnerTexts()).map((name) => name.trim());
  }

  /** Icon and colour of each of them, as `robot terminal_ansiBlue`. */
  async icons(): Promise<string[]> {
    const labels = this.page.locator(".terminal-tabs-entry .monaco-icon-label");
    return labels.evaluateAll((elements: PageElement[]) =>
      elements.map((element) => {
        const icon = element.querySelector(".codicon")?.getAttribute("class");
        const color = element.getAttribute("class");
        return [
          /codicon-(?!colored)([\w-]+)/.exec(icon ?? "")?.[1],
          /terminal-icon-(\w+)/.exec(color ?? "")?.[1],
        ]
          .filter(Boolean)
          .join(" ");
      }),
    );
  }

  /** The number in that list of the terminal in view, from 0. */
  async activeTab(): Promise<number> {
    const rows = this.page.locator(".tabs-list .monaco-list-row");
    const classes = await rows.evaluateAll((elements: PageElement[]) =>
      elements.map((element) => element.getAttribute("class") ?? ""),
    );
    return classes.findIndex((names) => names.split(" ").includes("selected"));
  }

  /** Brings a terminal in view by its tab. */
  async show(tab: number): Promise<void> {
    await this.page.locator(".terminal-tabs-entry").nth(tab).click();
  }

  /** The text of the terminal in view (with readableTerminals). */
  async text(): Promise<string> {
    const rows = this.page.locator(
      ".terminal-wrapper.active .xterm-rows > div",
    );
    const lines = await rows.allInnerTexts();
    return lines.map((line) => line.replaceAll("\u00a0", " ")).join("\n");
  }

  /** Resolves once the terminal in view shows it, a single space for any white space; fails with its whole text. */
  async shows(pattern: RegExp): Promise<void> {
    let text = "";
    try {
      await until(
        `${String(pattern)} in the terminal in view`,
        async () => {
          text = await this.text();
          return pattern.test(text.replaceAll(/\s+/g, " "));
        },
        patience,
      );
    } catch (error) {
      throw new Error(
        `The terminal in view never showed ${String(pattern)}:\n${text}`,
        { cause: error },
      );
    }
  }

  /** Opens a terminal by its profile, from the menu beside the `+` of the terminals. */
  async openFromMenu(profile: string): Promise<void> {
    await this.page.getByRole("button", { name: /^Launch Profile/ }).click();
    // A menu that has only just opened does not take a click.
    await this.page
      .getByRole("menuitem", { name: profile, exact: true })
      .hover();
    await this.page.keyboard.press("Enter");
  }

  /** Resolves when a reload would bring all of them back. */
  async saved(): Promise<void> {
    await until(
      "the terminals kept",
      async () => (await this.tabs()).length === this.#kept,
    );
  }

  /** Types a line into the terminal in view. */
  async type(line: string): Promise<void> {
    await this.page.locator(".terminal-wrapper.active .xterm").click();
    await this.page.keyboard.type(line);
    await this.page.keyboard.press("Enter");
  }
}
