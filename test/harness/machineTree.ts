// Berth's tree in a window.
import type { Locator, Page } from "playwright-core";
import type { PageElement } from "./pageElement";

const pane = ".composite.viewlet .pane-body";
const row = `${pane} .monaco-list-row[role=treeitem]`;

export interface TreeRow {
  /** 1: at the top. */
  readonly level: number;
  readonly label: string;
  readonly description: string;
  /** What a screen reader says. */
  readonly spoken: string;
  /** Tooltips of its buttons. */
  readonly buttons: readonly string[];
}

export class MachineTree {
  readonly #tab: Locator;

  constructor(private readonly page: Page) {
    this.#tab = page
      .locator(".activitybar")
      .getByRole("tab", { name: /^Berth/ });
  }

  /** Shows it, if it is not shown. */
  async open(): Promise<void> {
    const isShown = await this.#tab.getAttribute("aria-selected");
    if (isShown !== "true") await this.#tab.click();
    await this.page.locator(row).first().waitFor();
  }

  /** Of the rows in view. */
  rows(): Promise<TreeRow[]> {
    return this.page.locator(row).evaluateAll((elements: PageElement[]) =>
      elements.map((element): TreeRow => {
        const text = (selector: string): string =>
          element.querySelector(selector)?.textContent?.trim() ?? "";
        return {
          level: Number(element.getAttribute("aria-level")),
          label: text(".label-name"),
          description: text(".label-description"),
          spoken: element.getAttribute("aria-label") ?? "",
          buttons: [...element.querySelectorAll(".actions .action-label")].map(
            (button) => button.getAttribute("aria-label") ?? "",
          ),
        };
      }),
    );
  }

  /** Presses a button, named by its tooltip, of the row with this label. */
  async press(label: string, button: string): Promise<void> {
    const found = this.row(label);
    await found.hover();
    await found.getByRole("button", { name: button, exact: true }).click();
  }

  /** The number on its icon; empty: none. */
  async badge(): Promise<string> {
    const badge = this.#tab
      .locator("xpath=ancestor-or-self::li")
      .locator(".badge-content");
    if ((await badge.count()) === 0) return "";
    return (await badge.textContent())?.trim() ?? "";
  }

  row(label: string): Locator {
    return this.page
      .locator(row, {
        has: this.page.locator(`.label-name >> text="${label}"`),
      })
      .first();
  }
}
