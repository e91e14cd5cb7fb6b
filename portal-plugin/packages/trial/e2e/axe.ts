import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import type axe from 'axe-core';
import type { Locator, Page } from 'playwright-core';

declare global {
  interface Window {
    axe: typeof axe;
  }
}

/** Has the portal in light or in dark; resolves once it was built anew in these colours. */
export async function inColours(
  page: Page,
  colorScheme: 'light' | 'dark',
): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await page
    .locator(`body[data-theme-mode="${colorScheme}"]`)
    .waitFor({ state: 'attached' });
}

/**
 * Fails with what axe finds in a part of the page, by default what the portal shows in its frame,
 * in light and in dark. `shown` is what is there once the page is: the portal builds it anew in
 * other colours. What is gone by that, such as a dialog, `show` has come again.
 */
export async function accessible(
  page: Page,
  shown: Locator,
  part = 'main',
  show?: () => Promise<void>,
): Promise<void> {
  const source = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8');
  for (const colorScheme of ['light', 'dark'] as const) {
    await inColours(page, colorScheme);
    await show?.();
    await shown.waitFor();
    // Colours that fade from one scheme to the other are neither.
    await page.waitForFunction(() =>
      document.getAnimations().every(a => a.playState !== 'running'),
    );
    await page.evaluate(source);
    const found = await page.evaluate(async selector => {
      const { violations } = await window.axe.run(selector);
      return violations.flatMap(({ id, help, nodes }) =>
        nodes.map(node => `${id}: ${help}: ${node.html.slice(0, 200)}`),
      );
    }, part);
    assert.deepEqual(found, [], `axe, ${colorScheme}`);
  }
}
