// A context menu of the workbench, opened where a user opens it.
import type { Locator, Page } from "playwright-core";
import { Explorer } from "./explorer";

export class ContextMenu {
  private constructor(private readonly page: Page) {}

  /** Of the active editor, at its cursor. */
  static ofEditor(page: Page): Promise<ContextMenu> {
    return ContextMenu.#open(
      page,
      page.locator(".editor-instance .cursor").first(),
    );
  }

  static ofTab(page: Page, name: string): Promise<ContextMenu> {
    return ContextMenu.#open(
      page,
      page.locator(`.tab[data-resource-name="${name}"]`),
    );
  }

  /** Of several rows of the explorer, all selected. */
  static async ofFiles(
    page: Page,
    [first, ...others]: readonly [string, ...string[]],
  ): Promise<ContextMenu> {
    const explorer = new Explorer(page);
    await explorer.row(first).click();
    for (const name of others)
      await explorer.row(name).click({ modifiers: ["Control"] });
    return ContextMenu.#open(page, explorer.row(first));
  }

  static async #open(page: Page, where: Locator): Promise<ContextMenu> {
    // Forced, because the cursor of an editor blinks.
    await where.click({ button: "right", force: true });
    await page.getByRole("menu").waitFor();
    return new ContextMenu(page);
  }

  async pick(label: string): Promise<void> {
    await this.page
      .getByRole("menuitem", { name: label })
      .filter({ visible: true })
      .first()
      .hover();
    await this.page.keyboard.press("Enter");
  }
}
