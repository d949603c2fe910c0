// A row of a picker, as a user reads it.
import type { Locator } from "playwright-core";
import type { PageElement } from "./pageElement";

export interface PickerRow {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  /** The heading above the row, where a group begins. */
  readonly group: string;
  /** Tooltips of the row's buttons. */
  readonly buttons: readonly string[];
}

export const rowLabel =
  ".quick-input-list-row:first-child .monaco-icon-name-container";
export const rowDescription = ".monaco-icon-description-container";

export function readPickerRows(rows: Locator): Promise<PickerRow[]> {
  return rows.evaluateAll(
    (elements: PageElement[], selectors): PickerRow[] =>
      elements.map((row) => {
        const text = (selector: string): string =>
          row.querySelector(selector)?.textContent?.trim() ?? "";
        return {
          label: text(selectors.label),
          description: text(selectors.description),
          detail: text(".quick-input-list-label-meta"),
          group: text(".quick-input-list-separator"),
          buttons: [
            ...row.querySelectorAll(
              ".quick-input-list-entry-action-bar .action-label",
            ),
          ].map((button) => button.getAttribute("aria-label") ?? ""),
        };
      }),
    { label: rowLabel, description: rowDescription },
  );
}
