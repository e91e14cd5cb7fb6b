import { join } from 'node:path';

import type { Locator, Page } from 'playwright-core';

import { inColours } from './axe';

/**
 * Takes pictures of the page, wide and narrow, in light and in dark, where TRIAL_PICTURES names a
 * directory for them. `shown` is what is there once the page is; what is gone by other colours,
 * such as a dialog, `show` has come again. A page that `waits` asks for something all the while.
 */
export async function pictures(
  page: Page,
  shown: Locator,
  name: string,
  show?: () => Promise<void>,
  waits = false,
): Promise<void> {
  const directory = process.env.TRIAL_PICTURES;
  if (!directory) {
    return;
  }
  const before = page.viewportSize();
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await inColours(page, colorScheme);
      await show?.();
      await shown.waitFor();
      if (!waits) {
        await page.waitForLoadState('networkidle');
      }
      await page.screenshot({
        path: join(directory, `${name}-${width}-${colorScheme}.png`),
        fullPage: true,
        animations: 'disabled',
      });
    }
  }
  if (before) {
    await page.setViewportSize(before);
  }
}
