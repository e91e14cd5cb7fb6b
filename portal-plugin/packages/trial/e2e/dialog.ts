import type { Locator, Page } from 'playwright-core';

/**
 * Has a dialog come again that is gone by a change of colours, for which the portal builds the page
 * anew: what `accessible` and `pictures` take to look at one.
 */
export function again(
  page: Page,
  dialog: Locator,
  open: () => Promise<void>,
): () => Promise<void> {
  return async () => {
    const scheme = await page.evaluate(() =>
      matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light',
    );
    await page
      .locator(`[data-theme-mode="${scheme}"]`)
      .first()
      .waitFor({ state: 'attached' });
    if (!(await dialog.isVisible())) {
      await open();
    }
    await dialog.waitFor();
  };
}

/** The dialog that is open; what a field opens its list in has no heading. */
export function dialogOf(page: Page): Locator {
  return page.getByRole('dialog').filter({ has: page.getByRole('heading') });
}
