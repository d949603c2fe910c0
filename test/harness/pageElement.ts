// What code that a test runs inside a page may use of it.
/** The little of the DOM that code run inside the page needs; our own code has no DOM. */
export interface PageElement {
  readonly textContent: string | null;
  getAttribute(name: string): string | null;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
}
