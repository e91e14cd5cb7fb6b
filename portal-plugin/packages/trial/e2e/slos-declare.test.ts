import assert from 'node:assert/strict';
import { test } from 'node:test';

import { value } from '@evenkeel/client';

import { api } from './asking';
import { accessible } from './axe';
import { again } from './dialog';
import { saidOf, tabTo } from './field';
import { visit } from './house';
import { word } from './names';
import { newService } from './objective';
import { pictures } from './pictures';
import { startPrometheus } from './prometheus';

// A refusal is what these tests are about.
const refused = [/422/];

test('an SLO is declared from what a data source holds, with its past beside it', async t => {
  const name = word();
  const bad = (at: Date) => {
    const hours = (Date.now() - at.getTime()) / 3_600_000;
    return hours > 72 && hours <= 73 ? 100 : 1;
  };
  const job = `job="shop/${name}"`;
  const counted = 'http_server_request_duration_seconds_count';
  const address = await startPrometheus(t, [
    {
      name: `${counted}{${job},http_response_status_code="200"}`,
      grows: () => 499,
    },
    { name: `${counted}{${job},http_response_status_code="500"}`, grows: bad },
  ]);
  if (address === undefined) {
    return;
  }
  await value(
    api.POST('/v1/data-sources', {
      body: {
        ...{ slug: `prom-${name}`, name: `Of ${name}`, kind: 'prometheus' },
        ...{ address, concurrency: 8, delaySeconds: 60, timeoutSeconds: 30 },
      },
    }),
  );
  const service = await newService();
  const page = await visit(t, 'nora', `/evenkeel/slos/${service}/_new`);
  const suggestions = page.getByRole('region', { name: 'Suggestions' });
  await suggestions.getByRole('button', { name: 'Data source' }).click();
  await page.getByRole('option', { name: `Of ${name}` }).click();
  const proposed = suggestions.getByRole('listitem').first();
  await proposed.getByText(/Availability: .*99\.5/).waitFor();
  await proposed.getByRole('button', { name: 'Use it' }).click();

  // Of 24,192 scrapes 36 had 100 bad events, and the rest one: 27,756 of 12,099,564 in all.
  const preview = page.getByRole('region', { name: 'Preview' });
  await preview.getByText('99.771 %', { exact: true }).waitFor();
  const alerts = preview.getByRole('table', {
    name: 'Alerts that would have fired',
  });
  // In that hour one of six was bad: 33 times what 99.5 % allow.
  const page1h = alerts.getByRole('row').filter({ hasText: '1h/5m' });
  assert.match(await page1h.innerText(), /Page\s+1$/);
  await preview.getByRole('heading', { name: 'Worth knowing' }).waitFor();
  await preview
    .getByRole('listitem')
    .filter({ hasText: 'To be looked at again' })
    .waitFor();
  const heading = page.getByRole('heading', { name: 'Preview' });
  const show = again(page, heading, () =>
    page.getByRole('button', { name: 'Go on with it' }).click(),
  );
  await accessible(page, heading, 'main', show);
});

test('what is refused of an SLO stands at each field', async t => {
  const service = await newService();
  const page = await visit(t, 'nora', `/evenkeel/slos/${service}/_new`, {
    allow: refused,
  });
  const field = (name: string) =>
    page.getByRole('textbox', { name, exact: true });
  await field('Name').waitFor();
  await pictures(page, field('Name'), 'slo-declare');
  await accessible(page, field('Name'));
  const slug = field('Slug');
  const press = async () => {
    await slug.fill('Not A Slug');
    await field('Objective').fill('100%');
    await field('Confidence of a verdict').fill('20%');
    await page.getByRole('button', { name: 'Declare SLO' }).click();
    // The first that is wrong is gone to.
    await page.waitForFunction(
      () => document.activeElement?.getAttribute('aria-invalid') === 'true',
    );
  };
  await press();
  assert.ok(await slug.evaluate(of => of === document.activeElement));
  assert.match(await saidOf(slug), /lower-case letters, digits and hyphens/);
  assert.match(await saidOf(field('Objective')), /no error budget to spend/);
  assert.match(
    await saidOf(field('Confidence of a verdict')),
    /above 50% and below 100%/,
  );
  assert.equal(await page.getByRole('form').getByRole('alert').count(), 0);
  const incomplete = page.getByText('Not complete yet');
  const anew = async () => {
    await page.reload();
    // What was typed is kept; what was refused of it is found out anew.
    await page.getByRole('button', { name: 'Go on with it' }).click();
    await press();
  };
  await accessible(page, incomplete, 'main', anew);
  await pictures(page, incomplete, 'slo-refused', anew);
});

test('an SLO is read as OpenSLO, edited there and taken over; what is wrong has its line', async t => {
  const service = await newService();
  const page = await visit(t, 'nora', `/evenkeel/slos/${service}/_new`, {
    allow: refused,
  });
  await page.getByRole('textbox', { name: 'Name' }).fill('Parcels are found');
  const panel = page.getByRole('region', { name: 'As OpenSLO' });
  await panel.getByRole('button', { name: 'Show' }).click();
  await panel.getByText('displayName: Parcels are found').waitFor();
  await panel.getByRole('button', { name: 'Edit as text' }).click();
  const text = panel.getByRole('textbox', { name: 'OpenSLO document' });
  const document = await text.inputValue();
  assert.match(document, /^apiVersion: openslo\/v1\nkind: SLO\n/);

  const lines = document.split('\n');
  const at = lines.findIndex(line => line.includes('budgetingMethod'));
  const wrong = document.replace(
    /budgetingMethod: \w+/,
    'budgetingMethod: Hours',
  );
  await text.fill(wrong);
  await panel.getByRole('button', { name: 'Take over into the form' }).click();
  const alert = panel.getByRole('alert');
  await alert.getByText(new RegExp(`line ${at + 1}\\b`, 'i')).waitFor();

  await text.fill(
    document
      .replace('Parcels are found', 'Parcels arrive')
      .replace(/targetPercent: .*/, 'targetPercent: 97.5'),
  );
  await panel.getByRole('button', { name: 'Take over into the form' }).click();
  await text.waitFor({ state: 'detached' });
  const field = (name: string) =>
    page.getByRole('textbox', { name, exact: true });
  assert.equal(await field('Name').inputValue(), 'Parcels arrive');
  assert.equal(await field('Objective').inputValue(), '97.5%');
  await panel.getByText('displayName: Parcels arrive').waitFor();
  await page.getByRole('button', { name: 'Declare SLO' }).click();
  await page
    .getByRole('heading', { name: 'Parcels arrive', exact: true })
    .waitFor();
  await page.getByText('97.5 %', { exact: true }).first().waitFor();
});

test('an SLO is declared by keyboard alone', async t => {
  const service = await newService();
  const page = await visit(t, 'nora', `/evenkeel/slos/${service}/_new`);
  const field = (name: string) =>
    page.getByRole('textbox', { name, exact: true });
  await field('Name').waitFor();
  const kind = page.getByRole('button', { name: /Kind/ });
  await tabTo(page, kind);
  await page.keyboard.press('Enter');
  await page.getByRole('option', { name: 'Latency' }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('option').first().waitFor({ state: 'detached' });
  assert.ok(await kind.evaluate(of => of === document.activeElement));
  await tabTo(page, field('Name'));
  await page.keyboard.type('Labels are quick');
  await tabTo(page, field('Slug'));
  assert.equal(await field('Slug').inputValue(), 'labels-are-quick');
  await tabTo(page, field('Objective'));
  // What is there is chosen as a whole when it is come to.
  await page.keyboard.type('98%');
  assert.equal(await field('Objective').inputValue(), '98%');
  await tabTo(page, page.getByRole('checkbox', { name: 'Burn over 3d/6h' }));
  await page.keyboard.press('Space');
  await tabTo(page, page.getByRole('button', { name: 'Declare SLO' }));
  await page.keyboard.press('Enter');
  await page
    .getByRole('heading', { name: 'Labels are quick', exact: true })
    .waitFor();
  await page.getByText('98 %', { exact: true }).first().waitFor();
  await page.getByRole('definition').filter({ hasText: 'Latency' }).waitFor();
});
