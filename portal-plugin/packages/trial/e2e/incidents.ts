import { randomUUID } from 'node:crypto';

import {
  evenkeel,
  items,
  value,
  type Evenkeel,
  type Schemas,
} from '@evenkeel/client';
import type { Locator, Page } from 'playwright-core';

import { house, tokenOf } from './house';

/** The API through the portal, as one of the sample people. */
export async function asPerson(person: string): Promise<Evenkeel> {
  return evenkeel({
    baseUrl: `${house.url}/api/evenkeel`,
    token: await tokenOf(person),
  });
}

/** The API itself, as its administrator. */
export function asAdministrator(): Evenkeel {
  return evenkeel({ baseUrl: house.api.url, token: house.api.token });
}

/** A name that no other test has. */
export function named(what: string): string {
  return `${what} ${randomUUID().slice(0, 8)}`;
}

/** Declares an incident of payments as Ada, which the test that asks for it alone changes. */
export async function declared(
  part: Partial<Schemas['IncidentCreate']> = {},
): Promise<Schemas['Incident']> {
  const api = await asPerson('ada');
  return value(
    api.POST('/v1/incidents', {
      body: {
        title: named('Receipts come late'),
        severity: 'sev3',
        team: 'payments',
        services: [{ service: 'settlement', role: 'cause' }],
        // Below those of the sample, on whose page it would take room otherwise.
        impactStart: new Date(Date.now() - 40 * 86_400_000).toISOString(),
        ...part,
      },
    }),
  );
}

/** The incident of the sample that has a title. */
export async function sample(title: string): Promise<Schemas['Incident']> {
  for await (const incident of items(asAdministrator(), '/v1/incidents', {
    query: { limit: 100 },
  })) {
    if (incident.title === title) {
      return incident;
    }
  }
  throw new Error(`the sample has no incident “${title}”`);
}

/** The identifier of one of the sample people. */
export async function idOf(person: string): Promise<string> {
  const me = await value((await asPerson(person)).GET('/v1/me'));
  if (!me.person) {
    throw new Error(`${person} is no person`);
  }
  return me.person.id;
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

/** The dialog that is open; what a field opens its list in has no heading. */
export function dialogOf(page: Page): Locator {
  return page.getByRole('dialog').filter({ has: page.getByRole('heading') });
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

/**
 * Has a dialog come again, as accessible and pictures ask for it: a change of colours builds the
 * page anew, without it.
 */
export function opened(
  page: Page,
  dialog: Locator,
  open: () => Promise<void>,
): () => Promise<void> {
  let last: string | undefined;
  return async () => {
    const scheme = await page.evaluate(() =>
      matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light',
    );
    if (last !== undefined && last !== scheme) {
      await dialog.waitFor({ state: 'hidden' });
    }
    last = scheme;
    if (!(await dialog.isVisible())) {
      await open();
    }
    await dialog.waitFor();
  };
}
