// A diff under review as a person sees it in a window: the tab, its right side and its two buttons.
import type { Locator, Page } from "playwright-core";

/** Its right side; other groups may still show an older diff. */
const modified = ".editor-group-container.active .editor.modified";

export class DiffEditor {
  private constructor(
    private readonly page: Page,
    private readonly tab: Locator,
  ) {}

  /** Resolves when the diff of this file is the active tab of the window. */
  static async shown(page: Page, file: string): Promise<DiffEditor> {
    const tab = page.locator(".tab.active", { hasText: `${file} ←` });
    await tab.waitFor({ timeout: 60_000 });
    await page
      .locator(`${modified} .view-line`)
      .first()
      .waitFor({ timeout: 60_000 });
    return new DiffEditor(page, tab);
  }

  /** Types at the end of the proposal. */
  async append(text: string): Promise<void> {
    await this.page.locator(`${modified} .view-lines`).first().click();
    await this.page.keyboard.press("Control+End");
    // As a person types: what is typed faster may reach the extension host after the answer of an agent.
    await this.page.keyboard.type(text, { delay: 50 });
    await this.page
      .locator(`${modified} .view-line`, { hasText: text.trim() })
      .last()
      .waitFor();
  }

  /** Resolves when the window has something of it to save, or nothing. */
  async isDirty(expected: boolean): Promise<void> {
    await this.page
      .locator(`.tab.active${expected ? ".dirty" : ":not(.dirty)"}`, {
        hasText: "←",
      })
      .waitFor();
  }

  async accept(): Promise<void> {
    await this.#press("Accept Diff");
  }

  async reject(): Promise<void> {
    await this.#press("Reject Diff");
  }

  /** Resolves when the window no longer shows it. */
  async gone(): Promise<void> {
    await this.tab.waitFor({ state: "detached", timeout: 60_000 });
  }

  async #press(label: string): Promise<void> {
    await this.page
      .locator(".editor-group-container.active .editor-actions")
      .getByRole("button", { name: label })
      .click();
  }
}
