// One window of VS Code as a user sees it: the selectors of its workbench are here and nowhere else.
import path from "node:path";
import type { Locator, Page } from "playwright-core";
import { Explorer } from "./explorer";
import { MachineTree } from "./machineTree";
import type { PageElement, PageStyles } from "./pageElement";
import {
  type PickerRow,
  readPickerRows,
  rowDescription,
  rowLabel,
} from "./pickerRow";
import { PortsView } from "./portsView";
import { TerminalPanel } from "./terminalPanel";
import { until } from "./until";

/** Milliseconds for what depends on the whole workbench, on a busy machine. */
const patience = 120_000;
/** Milliseconds for one step, after which the whole operation is tried again. */
const timeout = 20_000;

const picker = ".quick-input-widget:visible";
const pickerRow = `${picker} .quick-input-list .monaco-list-row`;

/** As it is read: however many spaces are between its words. */
const exactly = (text: string): RegExp =>
  new RegExp(
    `^\\s*${text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(" ", "\\s+")}\\s*$`,
  );

export class WorkbenchWindow {
  readonly explorer: Explorer;
  readonly ports: PortsView;
  readonly terminals: TerminalPanel;
  readonly tree: MachineTree;

  constructor(readonly page: Page) {
    this.explorer = new Explorer(page);
    this.ports = new PortsView(page);
    this.terminals = new TerminalPanel(page);
    this.tree = new MachineTree(page);
  }

  /** Loads an address, and returns when the workbench is up (its extensions may still be starting). */
  async goto(url: string): Promise<void> {
    await this.page.goto(url);
    await this.waitForWorkbench();
  }

  async waitForWorkbench(): Promise<void> {
    await this.page
      .locator(".monaco-workbench .part.statusbar .statusbar-item")
      .first()
      .waitFor({ timeout: patience });
  }

  /** Runs a command by its title in the palette, such as `Berth: List Instances`, as soon as it is offered there. */
  async runCommand(title: string): Promise<void> {
    await this.pickWith("F1", `>${title}`, this.row(title));
  }

  /** The text of a status bar item (extension id, dot, item id: `berth.berth.instance`), undefined when absent. */
  async statusBarText(id: string): Promise<string | undefined> {
    const [text] = await this.statusBarItem(id).allInnerTexts();
    return text?.trim();
  }

  /** The colour of a status bar item's text, such as `rgb(108, 182, 255)`. */
  async statusBarColor(id: string): Promise<string> {
    const label = this.statusBarItem(id).locator(".statusbar-item-label");
    return label.evaluate(
      (element: unknown) =>
        (globalThis as unknown as PageStyles).getComputedStyle(element).color,
    );
  }

  /** The icons of a status bar item, such as `server` or `loading~spin`. */
  async statusBarIcons(id: string): Promise<string[]> {
    const icons = this.statusBarItem(id).locator(".codicon");
    const classes = await icons.evaluateAll((elements: PageElement[]) =>
      elements.map((element) => element.getAttribute("class") ?? ""),
    );
    return classes.map((names) =>
      names
        .split(" ")
        .filter((name) => name.startsWith("codicon-"))
        .map((name) => name.slice("codicon-".length).replace(/^modifier-/, "~"))
        .join(""),
    );
  }

  async clickStatusBarItem(id: string): Promise<void> {
    await this.statusBarItem(id).locator("a").first().click();
  }

  /** Hovers over a status bar item, leaves its tooltip open, and returns its text. */
  async statusBarTooltip(id: string): Promise<string> {
    await this.statusBarItem(id).hover();
    const tooltip = this.page.locator(".monaco-hover:visible");
    await tooltip.waitFor();
    return tooltip.innerText();
  }

  /** The rows of the open picker; empty when none is open. Of a long list, only those in view. */
  pickerRows(): Promise<PickerRow[]> {
    return readPickerRows(this.page.locator(pickerRow));
  }

  /** The label of the row in the open picker that Enter would pick. */
  async focusedRow(): Promise<string | undefined> {
    const [text] = await this.page
      .locator(`${pickerRow}.focused`)
      .locator(rowLabel)
      .allInnerTexts();
    return text?.trim();
  }

  /** The prompt or placeholder of the open picker or input box. */
  async pickerPlaceholder(): Promise<string> {
    const input = this.page.locator(`${picker} input.input`);
    return (await input.getAttribute("placeholder")) ?? "";
  }

  /** What the open input box asks for. */
  async pickerPrompt(): Promise<string> {
    const [text] = await this.page
      .locator(`${picker} .quick-input-message`)
      .allInnerTexts();
    return text?.trim() ?? "";
  }

  /** What stands in the open picker or input box. */
  pickerValue(): Promise<string> {
    return this.page.locator(`${picker} input.input`).inputValue({ timeout });
  }

  async typeInPicker(text: string): Promise<void> {
    await this.page.locator(`${picker} input.input`).fill(text, { timeout });
  }

  /** Picks the row with this label in the open picker. */
  async pickRow(label: string): Promise<void> {
    await this.row(label).first().click();
  }

  /** Runs a command by its title and picks the row with this label in the list that it opens. */
  async runAndPick(title: string, label: string): Promise<void> {
    await until(
      `"${label}" in the list of ${title}`,
      async () => {
        await this.runCommand(title);
        await this.row(label).first().click({ timeout });
        return true;
      },
      patience,
    );
  }

  /** Presses a button, named by its tooltip, of the row with this label. */
  async pressRowButton(label: string, button: string): Promise<void> {
    const row = this.row(label).first();
    await row.hover();
    await row.getByRole("button", { name: button, exact: true }).click();
  }

  async closePicker(): Promise<void> {
    const input = this.page.locator(`${picker} input.input`);
    await until("the picker to close", async () => {
      if (!(await input.isVisible())) return true;
      // Something else may have the focus, such as a terminal that has just been shown.
      await input.press("Escape", { timeout });
      return false;
    });
  }

  /** The messages of the notifications in view. */
  notifications(): Promise<string[]> {
    return this.page
      .locator(".notification-toast .notification-list-item-message")
      .allInnerTexts();
  }

  async pressNotificationButton(name: string): Promise<void> {
    await this.page
      .locator(".notification-toast")
      .getByRole("button", { name, exact: true })
      .click();
  }

  /** The text of the modal dialog, undefined when there is none. */
  async dialogText(): Promise<string | undefined> {
    const dialog = this.page.locator(
      ".monaco-dialog-box .dialog-message-container",
    );
    const [text] = await dialog.allInnerTexts();
    return text?.trim();
  }

  /** The label of the button in the modal dialog that Enter presses. */
  async focusedDialogButton(): Promise<string | undefined> {
    const [text] = await this.page
      .locator(".monaco-dialog-box .monaco-button:focus")
      .allInnerTexts();
    return text?.trim();
  }

  /** Returns when the button is gone: whoever waits for another dialog, which may follow at once, does not find this one. */
  async pressDialogButton(name: string): Promise<void> {
    const button = this.page
      .locator(".monaco-dialog-box")
      .getByRole("button", { name, exact: true });
    await button.click();
    await button.waitFor({ state: "detached" });
  }

  /** Opens a file of the workspace in an editor, by its path in the folder, or with the folder if there are several. */
  async openFile(file: string): Promise<void> {
    await this.openTab(file);
    await this.page.locator(".editor-instance .view-lines").first().waitFor();
  }

  /** Opens a notebook of the workspace, by its path as above. */
  async openNotebook(file: string): Promise<void> {
    await this.openTab(file);
    await this.page.locator(".notebookOverlay").waitFor();
  }

  /** Selects whole lines, counted from 1, of the active editor, from the start of the first to the end of the last. */
  async selectLines(first: number, last: number): Promise<void> {
    await until(
      `the cursor in line ${String(first)}`,
      async () => {
        await this.page.keyboard.press("Control+G");
        await this.typeInPicker(`:${String(first)}:1`);
        await this.page.keyboard.press("Enter");
        await this.page.locator(picker).waitFor({ state: "hidden", timeout });
        const position = await this.statusBarText("status.editor.selection");
        return position?.startsWith(`Ln ${String(first)}, Col 1`);
      },
      patience,
    );
    for (let line = first; line < last; line++)
      await this.page.keyboard.press("Shift+ArrowDown");
    await this.page.keyboard.press("Shift+End");
  }

  /** Follows a link in the tooltip of a status bar item, which closes when the item is drawn again. */
  async followTooltipLink(id: string, link: string): Promise<void> {
    await until(
      `the link "${link}" in the tooltip of ${id}`,
      async () => {
        await this.statusBarTooltip(id);
        await this.page
          .locator(".monaco-hover:visible a", { hasText: exactly(link) })
          .first()
          .click({ timeout });
        return true;
      },
      patience,
    );
  }

  async screenshot(file: string): Promise<void> {
    await this.page.screenshot({ path: file });
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.waitForWorkbench();
  }

  /** Crashes the page, and with it the window: only its extension host is left. */
  async crash(): Promise<void> {
    const crashed = this.page.waitForEvent("crash");
    // Its navigation never ends.
    this.page.goto("chrome://crash").catch(() => undefined);
    await crashed;
    await this.page.close();
  }

  /** As a person closes it: a page that is cut off does not always get to tell VS Code that it ends. */
  async close(): Promise<void> {
    if (this.page.isClosed()) return;
    this.page.on("dialog", (question) => void question.accept());
    const closed = this.page.waitForEvent("close");
    await this.page.close({ runBeforeUnload: true });
    await closed;
  }

  private async openTab(file: string): Promise<void> {
    const { base, dir } = path.parse(file);
    const description = (text: RegExp): Locator =>
      this.page.locator(rowDescription, { hasText: text });
    // Another folder may hold a file of the same name; a file at the top has no description.
    const row = this.row(base).filter(
      dir === ""
        ? { hasNot: description(/\S/) }
        : { has: description(exactly(dir)) },
    );
    await this.pickWith("Control+P", file, row);
    await this.page
      .locator(`.tab.active[data-resource-name="${base}"]`)
      .waitFor();
  }

  /**
   * Opens a list by its key, filters it and picks a row, and tries again if that fails: an open list does not show what
   * is added later, and closes when something else takes the focus. Returns when the list is gone, so that its rows are
   * not taken for those of the list that follows.
   */
  private async pickWith(
    key: string,
    text: string,
    row: Locator,
  ): Promise<void> {
    await until(
      `"${text}" in the list of ${key}`,
      async () => {
        await this.page.keyboard.press(key);
        try {
          await this.typeInPicker(text);
          await row.first().click({ timeout });
          await row.first().waitFor({ state: "hidden", timeout });
        } catch (error) {
          await this.closePicker();
          throw error;
        }
        return true;
      },
      patience,
    );
  }

  private statusBarItem(id: string): Locator {
    return this.page.locator(`.statusbar-item[id="${id}"]`);
  }

  private row(label: string): Locator {
    const name = this.page.locator(rowLabel, { hasText: exactly(label) });
    return this.page.locator(pickerRow).filter({ has: name });
  }
}
