// A context menu of the workbench, opened where a user opens it.
import type { Locator, Page } from "playwright-core";
import { Explorer } from "./explorer";
import { until } from "./until";

/** With Enter, once it is the focused one: a menu that has just opened ignores clicks. */
export async function pickMenuItem(page: Page, item: Locator): Promise<void> {
  await until("the menu item to have the focus", async () => {
    await item.hover({ timeout: 20_000 });
    return (await item.and(page.locator(":focus")).count()) > 0;
  });
  await page.keyboard.press("Enter");
}

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

  /** Of a row of Berth's tree. */
  static ofTreeRow(page: Page, row: Locator): Promise<ContextMenu> {
    return ContextMenu.#open(page, row);
  }

  static async #open(page: Page, where: Locator): Promise<ContextMenu> {
    // Forced, because the cursor of an editor blinks.
    await where.click({ button: "right", force: true });
    await page.getByRole("menu").waitFor();
    return new ContextMenu(page);
  }

  async pick(label: string): Promise<void> {
    const item = this.page
      .getByRole("menuitem", { name: label })
      .filter({ visible: true })
      .first();
    await pickMenuItem(this.page, item);
  }
}
