import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ifMatch, versioned } from '@evenkeel/client';

import { api } from './asking';
import { accessible } from './axe';
import { saidOf } from './field';
import { visit } from './house';
import { judge, newSLO, push, pushed } from './objective';
import { pictures } from './pictures';

test('an SLO is edited, and its page shows the new terms and the old', async t => {
  const made = await newSLO({ objective: '90%' });
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
  await page.getByRole('button', { name: 'Save SLO' }).click();
  await page.getByRole('heading', { name: made.name, exact: true }).waitFor();
  await page.getByText('95 %', { exact: true }).first().waitFor();
  const revisions = page.getByRole('table', { name: 'Revisions' });
  await revisions.getByRole('row').filter({ hasText: '90 %' }).waitFor();
  await revisions.getByRole('row').filter({ hasText: '95 %' }).waitFor();
});

test('an SLO is given a further objective over another window, which stands by itself', async t => {
  const made = await newSLO({ objective: '90%' });
  const at = `/evenkeel/slos/${made.service}/${made.slo}`;
  await push(made, [99, 98, 100, 100]);
  const page = await visit(t, 'nora', `${at}/edit`, { allow: [/422/] });
  await page.getByRole('button', { name: 'Add an objective' }).click();
  const name = page.getByRole('textbox', { name: 'Name of it' });
  await name.fill('Each Week');
  const objective = page.getByRole('textbox', { name: 'Its objective' });
  await objective.fill('97');
  await page
    .getByRole('group', { name: 'Further objectives' })
    .getByRole('button', { name: 'Window' })
    .click();
  await page.getByRole('option', { name: 'Rolling' }).click();
  await page.getByRole('button', { name: 'Save SLO' }).click();
  await page.waitForFunction(
    () => document.activeElement?.getAttribute('aria-invalid') === 'true',
  );
  assert.match(await saidOf(name), /lower-case letters/);
  await name.fill('month');
  await page.getByRole('button', { name: 'Save SLO' }).click();
  await page.getByRole('heading', { name: made.name, exact: true }).waitFor();
  await judge();
  await page.reload();
  const row = page
    .getByRole('table', { name: 'Further objectives' })
    .getByRole('row')
    .filter({ hasText: 'month' });
  // Three of the twelve that may be bad of 400 are.
  await row.getByText('75 %', { exact: true }).waitFor();
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
  await alert.getByText('Objective: 99% → 97%').waitFor();
  assert.equal(await name.inputValue(), 'Mine');
  await alert.getByRole('button', { name: 'Begin again from theirs' }).click();
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

// The reader's own time, as a field for a minute takes it.
function local(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000)
    .toISOString()
    .slice(0, 16);
}

test('a budget is corrected, with what that does, and the correction is removed', async t => {
  // 3 of the 40 that may be bad are; without the two slots that have them none of 20 is.
  const made = await newSLO({ objective: '90%' });
  const end = await push(made, [99, 98, 100, 100]);
  const before = (minutes: number) =>
    local(new Date(end.getTime() - minutes * 60_000));
  const page = await visit(
    t,
    'nora',
    `/evenkeel/slos/${made.service}/${made.slo}`,
    { allow: [/422/] },
  );
  const open = page.getByRole('button', { name: 'Correct', exact: true });
  const dialog = page.getByRole('dialog', { name: 'Correct the SLO' });
  const fill = async () => {
    await open.click();
    await dialog.getByLabel('From').fill(before(25));
    await dialog.getByLabel('To').fill(before(10));
    await dialog.getByText('92.5 % → 100 %').waitFor();
  };
  await fill();
  const again = async () => {
    await page.reload();
    await fill();
  };
  await accessible(page, dialog, '[role=dialog]', again);
  await pictures(page, dialog, 'slo-correct', again);
  await dialog.getByRole('button', { name: 'Correct', exact: true }).click();
  const reason = dialog.getByRole('textbox', { name: 'Why' });
  await dialog.locator('[aria-invalid=true]').first().waitFor();
  assert.notEqual(await saidOf(reason), '');
  await reason.fill('The probe was broken.');
  await dialog.getByRole('button', { name: 'Correct', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });

  const row = page
    .getByRole('table', { name: 'Corrections' })
    .getByRole('row')
    .filter({ hasText: 'The probe was broken.' });
  await row.getByText('Left out').waitFor();
  await row.getByRole('button', { name: /^Remove/ }).click();
  const remove = page.getByRole('dialog', { name: 'Remove the correction' });
  await remove.getByRole('textbox', { name: 'Reason' }).fill('It was not.');
  await remove.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('heading', { name: 'Nothing is corrected' }).waitFor();
});

test('what relaxes a troubled SLO is proposed, and approved by another member', async t => {
  // 3 of the 4 that may be bad are: more than half.
  const made = await newSLO();
  const at = `/evenkeel/slos/${made.service}/${made.slo}`;
  await push(made, [99, 98, 100, 100]);
  const page = await visit(t, 'nora', `${at}/edit`, { allow: [/409/] });
  await page
    .getByRole('textbox', { name: 'Objective', exact: true })
    .fill('95%');
  await page.getByRole('button', { name: 'Save SLO' }).click();
  const alert = page.getByRole('alert');
  await alert.getByText(/the objective falls from 99 % to 95 %/).waitFor();
  await page
    .getByRole('textbox', { name: 'Why they should approve it' })
    .fill('Users do not notice.');
  await page.getByRole('button', { name: 'Propose it' }).click();
  const proposals = page.getByRole('list', { name: 'Proposals to approve' });
  await proposals.getByText('Not for who proposed it').waitFor();
  await proposals.getByRole('button', { name: 'Withdraw' }).waitFor();
  await accessible(page, proposals);
  await pictures(page, proposals, 'slo-proposal');

  const theirs = await visit(t, 'priya', at);
  await theirs.getByText(/Users do not notice\./).waitFor();
  await theirs.getByRole('button', { name: 'Approve' }).click();
  const dialog = theirs.getByRole('dialog', { name: 'Approve the proposal' });
  await dialog.getByRole('button', { name: 'Approve' }).click();
  await dialog.waitFor({ state: 'detached' });
  await theirs.getByText('95 %', { exact: true }).first().waitFor();
});

test('an alert is acknowledged by a member, and says by whom', async t => {
  // Of a hundred one may be bad and 20 are, for more than an hour: 20 times as fast, above 13.44.
  const made = await newSLO();
  await push(
    made,
    Array.from({ length: 13 }, () => 80),
  );
  const page = await visit(
    t,
    'nora',
    `/evenkeel/slos/${made.service}/${made.slo}`,
  );
  const alerts = page.getByRole('list', { name: 'Burn alerts' });
  const first = alerts.getByRole('listitem').filter({ hasText: '1h/5m' });
  await first.getByRole('button', { name: 'Acknowledge' }).click();
  const dialog = page.getByRole('dialog', { name: 'Acknowledge the alert' });
  await dialog
    .getByRole('textbox', { name: 'What is known or done' })
    .fill('The disk is full.');
  await dialog.getByRole('button', { name: 'Acknowledge' }).click();
  await dialog.waitFor({ state: 'detached' });
  await first.getByText(/Nora Haddad: The disk is full\./).waitFor();
});
