import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ifMatch, versioned } from '@evenkeel/client';

import { accessible } from './axe';
import { visit } from './house';
import { api, newSLO, push, pushed } from './objective';
import { pictures } from './pictures';

test('an SLO is edited, and its page shows the new terms and the old', async t => {
  const made = await newSLO();
  const at = `/evenkeel/slos/${made.service}/${made.slo}`;
  await push(made, [99, 98, 100, 100]);
  const page = await visit(t, 'nora', at);
  await page.getByRole('button', { name: 'Edit' }).click();
  const objective = page.getByRole('textbox', {
    name: 'Objective',
    exact: true,
  });
  await objective.fill('95');
  const preview = page.getByRole('region', { name: 'Preview' });
  // Three of the 20 that may be bad of 400 are.
  await preview.getByText('85 %', { exact: true }).first().waitFor();
  await accessible(page, objective);
  await pictures(page, objective, 'slo-edit');
  await page.getByRole('button', { name: 'Save SLO' }).click();
  await page.getByRole('heading', { name: made.name, exact: true }).waitFor();
  await page.getByText('95 %', { exact: true }).first().waitFor();
  const revisions = page.getByRole('table', { name: 'Revisions' });
  await revisions.getByRole('row').filter({ hasText: '99 %' }).waitFor();
  await revisions.getByRole('row').filter({ hasText: '95 %' }).waitFor();
});

test('who comes second is shown what the other changed, and goes on from there', async t => {
  const made = await newSLO();
  const at = `/evenkeel/slos/${made.service}/${made.slo}`;
  const page = await visit(t, 'nora', `${at}/edit`, { allow: [/412/] });
  const name = page.getByRole('textbox', { name: 'Name' });
  await name.fill('Mine');

  const path = { service: made.service, slo: made.slo };
  const found = await versioned(
    api.GET('/v1/services/{service}/slos/{slo}', { params: { path } }),
  );
  await api.PUT('/v1/services/{service}/slos/{slo}', {
    params: { path, header: ifMatch(found.etag) },
    body: {
      slug: made.slo,
      name: made.name,
      objective: '97%',
      minEvents: 1,
      enforcement: 'observed',
      indicator: pushed,
    },
  });

  await page.getByRole('button', { name: 'Save SLO' }).click();
  const alert = page.getByRole('alert');
  await alert.getByText('97%').waitFor();
  await accessible(page, name);
  assert.equal(await name.inputValue(), 'Mine');
  await alert.getByRole('button').click();
  await alert.waitFor({ state: 'detached' });
  const objective = page.getByRole('textbox', {
    name: 'Objective',
    exact: true,
  });
  await page.waitForFunction(() =>
    [...document.querySelectorAll('input')].some(i => i.value === '97%'),
  );
  assert.equal(await objective.inputValue(), '97%');
  await name.fill('Ours');
  await page.getByRole('button', { name: 'Save SLO' }).click();
  await page.getByRole('heading', { name: 'Ours', exact: true }).waitFor();
  await page.getByText('97 %', { exact: true }).first().waitFor();
});

test('an SLO is retired with a reason, and restored', async t => {
  const made = await newSLO();
  const page = await visit(
    t,
    'nora',
    `/evenkeel/slos/${made.service}/${made.slo}`,
    { allow: [/422/] },
  );
  const retire = page.getByRole('button', { name: 'Retire', exact: true });
  await retire.click();
  const dialog = page.getByRole('dialog', { name: `Retire ${made.name}` });
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('It moved.');
  await dialog.getByRole('button', { name: 'Retire' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('Retired', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Restore' }).click();
  const back = page.getByRole('dialog', { name: `Restore ${made.name}` });
  await back.getByRole('textbox', { name: 'Reason' }).fill('It came back.');
  await back.getByRole('button', { name: 'Restore' }).click();
  await back.waitFor({ state: 'detached' });
  await retire.waitFor();
});
