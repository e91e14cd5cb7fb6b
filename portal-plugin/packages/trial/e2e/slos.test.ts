import assert from 'node:assert/strict';
import { test } from 'node:test';

import { value } from '@evenkeel/client';

import { api } from './asking';
import { accessible } from './axe';
import { house, visit } from './house';
import { word } from './names';
import { judge, newSLO, push, pushed } from './objective';
import { pictures } from './pictures';

test('SLOs are listed by the budget that is left, those without data last', async t => {
  const page = await visit(t, 'nora', '/evenkeel/slos');
  const rows = page.getByRole('table', { name: 'SLOs' }).getByRole('row');
  const spent = rows.filter({ hasText: 'Orders can be paid' });
  await spent.getByText('Exhausted').waitFor();
  await spent.getByText(/^-\d/).waitFor();
  const cells = await rows.locator('td:nth-child(2)').allInnerTexts();
  const shown = cells.map(cell => parseFloat(cell));
  const known = shown.filter(share => !Number.isNaN(share));
  assert.ok(known.length > 15, `${cells}`);
  assert.deepEqual(
    known,
    [...known].sort((a, b) => a - b),
  );
  assert.ok(shown.slice(known.length).every(Number.isNaN), `${cells}`);
  await accessible(page, spent);
  await pictures(page, spent, 'slos');
});

test('SLOs are searched and narrowed, and the address says how', async t => {
  const page = await visit(t, 'grace', '/evenkeel/slos');
  const rows = page.getByRole('table', { name: 'SLOs' }).getByRole('row');
  const search = page.getByRole('searchbox', { name: 'Search' });
  await search.fill('paid');
  await page.waitForURL(/query=paid/);
  await rows.filter({ hasText: 'Searches are fast' }).waitFor({
    state: 'detached',
  });
  await rows.filter({ hasText: 'Merchants are paid in time' }).waitFor();

  await page.getByRole('button', { name: 'State' }).click();
  await page.getByRole('option', { name: 'Exhausted' }).click();
  await page.waitForURL(/state=exhausted/);
  await rows.filter({ hasText: 'Merchants' }).waitFor({ state: 'detached' });
  await rows.filter({ hasText: 'Orders can be paid' }).waitFor();

  await page.getByRole('button', { name: 'Team' }).click();
  await page.getByRole('option', { name: 'Search', exact: true }).click();
  await page.getByRole('heading', { name: 'No SLO fits' }).waitFor();
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await rows.filter({ hasText: 'Searches are fast' }).waitFor();
  assert.equal(new URL(page.url()).search, '');
  assert.equal(await search.inputValue(), '');

  await page.goto(`${house.url}/evenkeel/slos?service=stock`);
  await rows.filter({ hasText: 'Counts can be read' }).waitFor();
  assert.equal(await rows.count(), 2);
});

test('a budget below zero is shown with what happened, as a picture and as a table', async t => {
  const page = await visit(t, 'ada', '/evenkeel/slos/checkout/availability');
  await page
    .getByRole('heading', { name: 'Orders can be paid', exact: true })
    .waitFor();
  await page.getByText('The budget is spent.').waitFor();
  await page.getByText(/ too many were bad$/).waitFor();
  const figure = page.getByRole('figure', {
    name: 'Budget of Orders can be paid',
  });
  await figure.getByText(/-\d[\d.]* % is left; the least was/).waitFor();
  const chart = figure.getByRole('img', { name: 'Budget of' });
  await accessible(page, chart);
  await pictures(page, chart, 'slo-spent');
  // Of what is spent nothing is foretold.
  assert.equal(await figure.getByText('probability').count(), 0);
  await figure.getByRole('button', { name: 'Show as a table' }).click();
  await figure.getByRole('columnheader', { name: 'What happened' }).waitFor();
  await figure
    .getByRole('cell', { name: /sev\d: /i })
    .first()
    .waitFor();
});

test('each figure explains itself, and the dialog gives the focus back', async t => {
  const page = await visit(t, 'grace', '/evenkeel/slos/checkout/availability');
  const figure = page.getByRole('button', {
    name: 'How Budget left comes about',
  });
  const dialog = page.getByRole('dialog', { name: 'Budget left, explained' });
  const open = async () => {
    await figure.focus();
    await page.keyboard.press('Enter');
    await dialog.getByText('With its numbers').first().waitFor();
  };
  const again = async () => {
    await page.reload();
    await open();
  };
  await open();
  await dialog.getByText(/good of .*, until/).waitFor();
  await accessible(page, dialog, '[role=dialog]', again);
  await pictures(page, dialog, 'slo-explained', again);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  assert.ok(await figure.evaluate(f => f === document.activeElement));
});

test('somebody of another team is told who may change an SLO', async t => {
  const page = await visit(t, 'grace', '/evenkeel/slos/checkout/availability');
  const who = 'For members of the team payments and administrators';
  await page.getByText(who).first().waitFor();
  assert.ok(await page.getByRole('button', { name: 'Edit' }).isDisabled());
  assert.ok(await page.getByRole('button', { name: 'Retire' }).isDisabled());
  for (const path of ['checkout/availability/edit', 'checkout/_new']) {
    await page.goto(`${house.url}/evenkeel/slos/${path}`);
    const why = page.getByRole('heading', { name: 'The form is not for you' });
    await why.waitFor();
    await page.getByText(who).waitFor();
    assert.equal(await page.getByRole('textbox').count(), 0);
  }
  await accessible(page, page.getByText(who));
});

test('what was measured long ago is said to be stale', async t => {
  const page = await visit(t, 'kim', '/evenkeel/slos/event-stream/freshness');
  const stale = page.getByText('Measurements stay away', { exact: true });
  await stale.first().waitFor();
  await page.getByText(/The last measurement is of .*hours ago/).waitFor();
  await accessible(page, stale.first());
  await pictures(page, stale.first(), 'slo-stale');
});

test('what was never measured is unknown, and says how it is sent', async t => {
  const page = await visit(
    t,
    'hana',
    '/evenkeel/slos/product-answers/availability',
  );
  const none = page.getByRole('heading', { name: 'No measurement yet' });
  await none.waitFor();
  await page
    .getByText('/v1/services/product-answers/slos/availability/measurements')
    .waitFor();
  for (const figure of ['SLI', 'Budget left']) {
    const button = page.getByRole('button', {
      name: `How ${figure} comes about`,
    });
    assert.equal(await button.innerText(), 'unknown');
  }
  assert.equal(await page.getByText(/^(0|100) %$/).count(), 0);
  await accessible(page, none);
  await pictures(page, none, 'slo-no-data');
});

test('the groups of an SLO have budgets of their own', async t => {
  const made = await newSLO({
    indicator: { ...pushed, groupBy: 'region' },
  });
  // Of 400 events four may be bad: north has one of four left, south has two more than it may.
  await push(made, [99, 99, 99, 100], 'north');
  await push(made, [98, 98, 98, 100], 'south');
  const page = await visit(
    t,
    'nora',
    `/evenkeel/slos/${made.service}/${made.slo}`,
  );
  const groups = page.getByRole('table', { name: 'By region' });
  const row = (name: string) =>
    groups.getByRole('row').filter({ hasText: name });
  await row('north').getByText('25 %', { exact: true }).waitFor();
  await row('south').getByText('-50 %', { exact: true }).waitFor();
  await row('south').getByText('Exhausted').waitFor();
  // The least budget first, below the head.
  assert.match(await groups.getByRole('row').nth(1).innerText(), /south/);
});

test('the SLO of a journey shows who spends its budget', async t => {
  // By weight 3 and 1, of 98 % that are promised: (3 × 99.25 + 97.5) ÷ 4 = 98.8125 %, which leaves
  // 0.8125 of 2; the first spends 3 × 0.75 ÷ 4 of it, 28.1 % of 2, the other 2.5 ÷ 4, 31.3 %.
  const [first, second] = [await newSLO(), await newSLO()];
  await push(first, [99, 98, 100, 100]);
  await push(second, [97, 96, 98, 99]);
  const slug = `journey-${word()}`;
  await value(
    api.POST('/v1/composites', {
      body: {
        slug,
        name: `Buying ${slug}`,
        team: 'fulfilment',
        journey: { name: 'Buy a thing' },
        method: 'weighted_average',
        objective: '98%',
        members: [
          {
            service: first.service,
            slo: first.slo,
            weight: '3',
            missing: 'ignore',
          },
          {
            service: second.service,
            slo: second.slo,
            weight: '1',
            missing: 'ignore',
          },
        ],
      },
    }),
  );
  await judge();
  const page = await visit(t, 'nora', '/evenkeel/slos');
  const row = page
    .getByRole('table', { name: 'Journeys and systems' })
    .getByRole('row')
    .filter({ hasText: slug });
  await row.getByText('Buy a thing').waitFor();
  await row.getByRole('link', { name: `Buying ${slug}` }).click();
  await page.getByText('98.813 %', { exact: true }).waitFor();
  await page.getByText('40.6 %', { exact: true }).first().waitFor();
  const members = page.getByRole('table', { name: 'Who spends the budget' });
  await members
    .getByRole('row')
    .filter({ hasText: first.service })
    .getByText('28.1 %')
    .waitFor();
  const other = members.getByRole('row').filter({ hasText: second.service });
  await other.getByText('31.3 %').waitFor();
  await accessible(page, other);
  await pictures(page, other, 'slo-composite');
});

test('a portal that cannot reach Evenkeel says so, and asks again', async t => {
  const page = await visit(t, 'nora', '/evenkeel/issues', { allow: [/502/] });
  let down = true;
  await page.route('**/v1/slo-statuses?*order=remaining&limit=25', route =>
    down
      ? route.fulfill({
          status: 502,
          contentType: 'application/problem+json',
          body: JSON.stringify({
            ...{
              status: 502,
              code: 'evenkeel_unreachable',
              type: 'about:blank',
            },
            ...{ title: 'Bad gateway', detail: 'gone', requestId: 'r' },
          }),
        })
      : route.continue(),
  );
  await page.goto(`${house.url}/evenkeel/slos`);
  const alert = page.getByRole('alert');
  await alert.waitFor();
  await accessible(page, alert);
  await pictures(page, alert, 'slos-down');
  down = false;
  await alert.getByRole('button', { name: 'Try again' }).click();
  await page
    .getByRole('row')
    .filter({ hasText: 'Orders can be paid' })
    .waitFor();
});
