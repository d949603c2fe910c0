// The terminals of a window, as a user sees them: the list of their tabs, and the text of the visible one.
import type { Page } from "playwright-core";
import { pickMenuItem } from "./contextMenu";
import type { PageElement, PageStyles } from "./pageElement";
import { until } from "./until";

/** Milliseconds: large programs start slowly on a busy machine. */
const patience = 60_000;

/** Settings with which a test can read terminals and the list of their tabs. */
export const readableTerminals = {
  "terminal.integrated.tabs.hideCondition": "never",
  "terminal.integrated.gpuAcceleration": "off",
} as const;

/** The text as a regular expression. */
export const literally = (text: string): string =>
  text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");

export class TerminalPanel {
  /** Ids of the terminals that a reload would restore, as VS Code last told its server. */
  #savedLayout: readonly number[] = [];
  /** Ids of those whose icon and colour it has told as well, which it does a moment later. */
  readonly #savedIcons = new Set<number>();

  constructor(private readonly page: Page) {
    page.on("websocket", (socket) => {
      socket.on("framesent", ({ payload }) => {
        const frame = payload.toString();
        const layout = /\$setTerminalLayoutInfo.*/s.exec(frame);
        if (layout)
          this.#savedLayout = [
            ...layout[0].matchAll(/"terminal":([1-9]\d*)/g),
          ].map(([, id]) => Number(id));
        // The call's first argument is the id, as one byte after the marks of an array of four and of a number.
        for (const [, id = ""] of frame.matchAll(
          /\$updateIcon\x04\x04\x06([^])/g,
        ))
          this.#savedIcons.add(id.charCodeAt(0));
      });
    });
  }

  /** The names of the terminals in the list of their tabs (with readableTerminals). */
  async tabs(): Promise<string[]> {
    const names = this.page.locator(".terminal-tabs-entry .label-name");
    return (await names.allInnerTexts()).map((name) => name.trim());
  }

  /** Icon and colour of each of them, such as `robot berth_worktree1`. */
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

  /** The colours of their icons, such as `rgb(108, 182, 255)`. */
  async iconColors(): Promise<string[]> {
    const icons = this.page.locator(".terminal-tabs-entry .codicon");
    return icons.evaluateAll((elements: unknown[]) =>
      elements.map(
        (element) =>
          (globalThis as unknown as PageStyles).getComputedStyle(element).color,
      ),
    );
  }

  /** The 0-based index of the visible terminal in that list. */
  async activeTab(): Promise<number> {
    const rows = this.page.locator(".tabs-list .monaco-list-row");
    const classes = await rows.evaluateAll((elements: PageElement[]) =>
      elements.map((element) => element.getAttribute("class") ?? ""),
    );
    return classes.findIndex((names) => names.split(" ").includes("selected"));
  }

  /** Shows a terminal by clicking its tab. */
  async show(tab: number): Promise<void> {
    await this.page.locator(".terminal-tabs-entry").nth(tab).click();
  }

  /** The text of the visible terminal (with readableTerminals). */
  async text(): Promise<string> {
    const rows = this.page.locator(
      ".terminal-wrapper.active .xterm-rows > div",
    );
    const lines = await rows.allInnerTexts();
    return lines.map((line) => line.replaceAll("\u00a0", " ")).join("\n");
  }

  /**
   * Resolves once the visible terminal matches, or contains the text, with any white space read as one space; fails
   * with its whole text.
   */
  async shows(expected: RegExp | string): Promise<void> {
    let text = "";
    try {
      await until(
        `${String(expected)} in the visible terminal`,
        async () => {
          text = await this.text();
          const words = text.replaceAll(/\s+/g, " ");
          return typeof expected === "string"
            ? words.includes(expected)
            : expected.test(words);
        },
        patience,
      );
    } catch (error) {
      throw new Error(
        `The visible terminal never showed ${String(expected)}:\n${text}`,
        { cause: error },
      );
    }
  }

  /** Resolves once the visible terminal shows the text, if any, and after it a shell that waits for a line. */
  async prompts(after = ""): Promise<void> {
    await this.shows(new RegExp(`${literally(after)}.*[#$] $`));
  }

  /** Opens a terminal by its profile, from the menu beside the `+` of the terminals. */
  async openFromMenu(profile: string): Promise<void> {
    await this.page.getByRole("button", { name: /^Launch Profile/ }).click();
    const item = this.page.getByRole("menuitem", {
      name: profile,
      exact: true,
    });
    await pickMenuItem(this.page, item);
  }

  /** Resolves when a reload would restore all of them, with their icons. */
  async saved(): Promise<void> {
    await until(
      "the terminals to be saved",
      async () =>
        (await this.tabs()).length === this.#savedLayout.length &&
        this.#savedLayout.every((id) => this.#savedIcons.has(id)),
    );
  }

  /** Types a line into the visible terminal. */
  async type(line: string): Promise<void> {
    await this.page.locator(".terminal-wrapper.active .xterm").click();
    await this.page.keyboard.type(line);
    await this.page.keyboard.press("Enter");
  }
}
