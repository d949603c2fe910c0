// The few parts of the DOM that tests use inside a page; our own code has no DOM types.

export interface PageElement {
  readonly textContent: string | null;
  getAttribute(name: string): string | null;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
}

/** What a function that runs in the page knows of its styles. */
export interface PageStyles {
  getComputedStyle(element: unknown): { readonly color: string };
}
