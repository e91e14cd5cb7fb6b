import type { Locator, Page } from 'playwright-core';

/** What is said of a field beside it, such as what was refused of it; empty where nothing is. */
export function saidOf(field: Locator): Promise<string> {
  return field.evaluate(element =>
    (element.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map(id => document.getElementById(id)?.textContent ?? '')
      .join(' ')
      .trim(),
  );
}

/**
 * Presses Tab until something has the focus, as who has no mouse; fails where that needs more
 * presses than there are things, or where what has the focus does not show it.
 */
export async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    if (await wanted.evaluate(w => w === document.activeElement)) {
      const shown = await focused.evaluate(element => {
        // A field may show it by the frame that it stands in.
        for (
          let of: Element | null = element, up = 0;
          of && up < 3;
          of = of.parentElement, up += 1
        ) {
          const { outlineStyle, boxShadow, borderColor } = getComputedStyle(of);
          if (outlineStyle !== 'none' || boxShadow !== 'none') {
            return `${outlineStyle} ${boxShadow} ${borderColor}`;
          }
        }
        return '';
      });
      if (!shown) {
        throw new Error(`the focus of ${wanted} cannot be seen`);
      }
      return;
    }
  }
  throw new Error(`${wanted} cannot be reached by the keyboard`);
}

/** Waits until something is said of a field or a button beside it, to who does not see it too. */
export async function said(field: Locator, what: RegExp): Promise<void> {
  await field.page().waitForFunction(
    ([node, pattern]) =>
      node instanceof Element &&
      new RegExp(String(pattern)).test(
        (node.getAttribute('aria-describedby') ?? '')
          .split(' ')
          .map(id => document.getElementById(id)?.textContent ?? '')
          .join(' '),
      ),
    [await field.elementHandle(), what.source] as const,
  );
}

/** Chooses an option of a field that has a list. */
export async function choose(
  page: Page,
  field: Locator,
  option: string,
): Promise<void> {
  await field.click();
  await page
    .getByRole('option', { name: option, exact: true })
    // People that the catalog knows by another address of the portal are there twice.
    .first()
    .click();
}
