import assert from 'node:assert/strict';
import { test } from 'node:test';

import { value } from '@evenkeel/client';

import { apiOf } from './asking';
import { accessible } from './axe';
import { choose } from './field';
import { visit } from './house';
import { pictures } from './pictures';

// Of search, whose incidents no test adds to.
const team = 'search';

test('what incidents have in common is shown in the figures of the API', async t => {
  const api = await apiOf('ada');
  const of = await value(
    api.GET('/v1/incident-statistics', { params: { query: { team } } }),
  );
  const page = await visit(t, 'ada', '/evenkeel/incidents');
  await page.getByRole('link', { name: 'What they have in common' }).click();
  await choose(page, page.getByRole('button', { name: /Team/ }), 'Search');
  await page.waitForURL(/statistics\?team=search/);

  const periods = page.getByRole('figure', { name: /^Incidents by/ });
  await periods.getByText(`${of.incidents} incidents, by when`).waitFor();
  await periods.getByRole('button', { name: 'Show as a table' }).click();
  const rows = await periods.getByRole('row').count();
  assert.equal(rows - 1, of.periods.length);
  let shown = 0;
  for (const cell of await periods.getByRole('cell').allInnerTexts()) {
    shown += Number(cell);
  }
  assert.equal(shown, of.incidents, 'each incident is in one cell');

  for (const [name, took] of [
    ['Time to detect', of.detect],
    ['Time to resolve', of.resolve],
  ] as const) {
    const figure = page.getByRole('figure', { name });
    await figure
      .getByText(`${took.n} known, ${took.unknown} not.`, { exact: false })
      .waitFor();
    // Fewer than five have no quantiles, and none is made up.
    assert.equal(
      /Half within/.test(await figure.innerText()),
      took.quantiles !== undefined,
    );
  }
  for (const { name } of of.tags) {
    await page.getByText(name, { exact: true }).first().waitFor();
  }
});

test('what incidents have in common can be used and read by all', async t => {
  const page = await visit(t, 'ada', '/evenkeel/incidents/statistics');
  const shown = page.getByRole('table', { name: 'Weeks on call' });
  await accessible(page, shown);
  await pictures(page, shown, 'incident-statistics');
});
