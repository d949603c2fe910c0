// The ports that a window forwards from its server, as the panel "Ports" lists them.
import type { Page } from "playwright-core";
import { until } from "./until";

export class PortsView {
  constructor(private readonly page: Page) {}

  /** Shows it, if it is not shown. */
  async open(): Promise<void> {
    const tab = this.page
      .locator(".part.panel")
      .getByRole("tab", { name: /^Ports/ });
    await until("the ports", async () => {
      if ((await tab.getAttribute("aria-selected")) === "true") return true;
      await tab.click();
      return false;
    });
  }

  /** The text of each row. */
  rows(): Promise<string[]> {
    return this.page
      .locator(".part.panel .monaco-table .monaco-list-row")
      .allInnerTexts();
  }
}
