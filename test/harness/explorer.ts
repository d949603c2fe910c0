// The explorer of a window.
import type { Locator, Page } from "playwright-core";
import type { PageElement } from "./pageElement";

const row = ".explorer-folders-view .monaco-list-row";

export class Explorer {
  constructor(private readonly page: Page) {}

  /** The row of a file or folder in view. */
  row(name: string): Locator {
    return this.page.locator(row, {
      has: this.page.locator(`.label-name >> text="${name}"`),
    });
  }

  /** The paths of the selected rows, such as `~/app/lib`. */
  selected(): Promise<string[]> {
    return this.page
      .locator(`${row}.selected .monaco-icon-label`)
      .evaluateAll((elements: PageElement[]) =>
        elements.map((element) => element.getAttribute("aria-label") ?? ""),
      );
  }

  /** Whether it shows any folder or file within 20 s. */
  async fills(): Promise<boolean> {
    const first = this.page.locator(row).first();
    return first.waitFor({ timeout: 20_000 }).then(
      () => true,
      () => false,
    );
  }
}
