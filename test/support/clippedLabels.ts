import type { Locator } from 'playwright-core';

interface Box {
  readonly textContent: string;
  getBoundingClientRect(): { readonly left: number; readonly right: number };
  closest(selector: string): Box | null;
}

/** Labels and words of empty views that reach past what shows them. */
export function clippedIn(view: Locator): Promise<readonly string[]> {
  const texts = view.locator(
    '.monaco-list-row .label-name, .welcome-view-content .monaco-button, .welcome-view-content p',
  );
  return texts.evaluateAll((elements) =>
    (elements as unknown as Box[])
      .filter((element) => {
        const frame = element.closest('.monaco-icon-label-container, .welcome-view-content');
        return frame && element.getBoundingClientRect().right > frame.getBoundingClientRect().right + 1;
      })
      .map(({ textContent }) => textContent),
  );
}
