import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ifMatch, versioned } from '@evenkeel/client';
import type { Locator, Page } from 'playwright-core';

import { dayOf } from '../src/moment';
import { api } from './asking';
import { accessible } from './axe';
import { again } from './dialog';
import { saidOf, tabTo } from './field';
import { visit } from './house';
import { pictures } from './pictures';
import { newViolation } from './violation';

const inTwoDays = dayOf(2, Date.now());

/** The section of open violations, and of the gate. */
function section(page: Page, name: string): Locator {
  return page.getByRole('region', { name, exact: true });
}

/** What is said of the violation of a policy; others may be open of the same SLO. */
function row(page: Page, policy: string): Locator {
  return section(page, 'Open violations')
    .getByRole('listitem')
    .filter({ hasText: policy });
}

test('a violation is acknowledged by its team, who sees what another said first', async t => {
  const { service, policy, violation } = await newViolation();
  const page = await visit(t, 'nora', `/evenkeel/services/${service}`, {
    allow: [/422/, /412/],
  });
  const violations = row(page, policy);
  await violations.getByText('Enforced').waitFor();
  await violations
    .getByText(`${violation.evidence.consumedPercent} % of the error budget`)
    .waitFor();
  await violations.getByRole('button', { name: 'Acknowledge' }).click();
  const dialog = page.getByRole('dialog');
  const plan = dialog.getByLabel(/What is going to be done/);
  const due = dialog.getByLabel(/Done by/);
  const submit = dialog.getByRole('button', { name: 'Acknowledge' });

  // What is refused stands at its field: that there is no plan, and then that there is no day.
  await submit.click();
  await dialog.locator('textarea[aria-invalid=true]').waitFor();
  assert.notEqual(await saidOf(plan), '');
  await plan.fill('Size the pool.');
  await submit.click();
  await dialog.locator('input[aria-invalid=true]').waitFor();
  assert.notEqual(await saidOf(due), '');
  await due.fill(inTwoDays);
  // Another is first.
  const path = { violation: violation.id };
  const found = await versioned(
    api.GET('/v1/violations/{violation}', { params: { path } }),
  );
  await api.PUT('/v1/violations/{violation}/acknowledgement', {
    params: { path, header: ifMatch(found.etag) },
    body: { plan: 'Roll it back.', dueOn: inTwoDays },
  });
  await submit.click();
  await dialog.getByText('Somebody else was first').waitFor();
  await dialog
    .getByText(/Roll it back/)
    .first()
    .waitFor();
  await dialog.getByRole('button', { name: 'Begin again from theirs' }).click();
  await dialog
    .getByText('Somebody else was first')
    .waitFor({ state: 'hidden' });
  assert.equal(await plan.inputValue(), 'Roll it back.');
  await plan.fill('Roll it back, and size the pool.');
  await submit.click();
  await dialog.waitFor({ state: 'hidden' });
  await violations
    .getByText(
      /Plan of Nora Haddad until .*: Roll it back, and size the pool\./,
    )
    .waitFor();
});

test('a violation is disputed by its team, and its approver decides', async t => {
  const { service, policy } = await newViolation();
  const at = `/evenkeel/services/${service}`;
  const grace = await visit(t, 'grace', at);
  const refused = row(grace, policy).getByRole('button', {
    name: 'Acknowledge',
  });
  await row(grace, policy)
    .getByText('Members of the team fulfilment acknowledge or dispute it.')
    .filter({ visible: true })
    .waitFor();
  assert.ok(await refused.isDisabled());
  assert.match(await saidOf(refused), /Members of the team fulfilment/);
  await accessible(grace, refused);

  const page = await visit(t, 'nora', at, { allow: [/422/] });
  const violations = row(page, policy);
  await violations.getByRole('button', { name: 'Dispute' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Dispute' }).click();
  await dialog.locator('textarea[aria-invalid=true]').waitFor();
  await dialog.getByLabel(/What is wrong/).fill('A drill was counted.');
  await dialog.getByRole('button', { name: 'Dispute' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await violations
    .getByText('Disputed by Nora Haddad: A drill was counted.')
    .waitFor();
  await violations.getByText(/Changes do not wait until/).waitFor();
  const decide = violations.getByRole('button', { name: 'Decide the dispute' });
  assert.ok(await decide.isDisabled());
  assert.match(
    await saidOf(decide),
    /^Only the person who approved the policy/,
  );

  const sam = await visit(t, 'sam', at);
  await row(sam, policy)
    .getByRole('button', { name: 'Decide the dispute' })
    .click();
  const ruling = sam.getByRole('dialog');
  await ruling
    .getByText('Nora Haddad disputes it: A drill was counted.')
    .waitFor();
  await ruling.getByText('It was none').click();
  await ruling.getByLabel(/Why/).fill('It was a drill.');
  await ruling.getByRole('button', { name: 'Decide the dispute' }).click();
  await ruling.waitFor({ state: 'hidden' });
  // A void violation is over, and with it the freeze.
  await row(sam, policy).waitFor({ state: 'hidden' });
  await section(sam, 'Change gate').getByText('May go out').waitFor();
});

test('a freeze is ended early by who approved the policy, and all that was said is told', async t => {
  const { service, policy, violation } = await newViolation();
  const at = `/evenkeel/services/${service}`;
  const page = await visit(t, 'nora', at);
  const violations = row(page, policy);
  const early = violations.getByRole('button', {
    name: 'End the freeze early',
  });
  await violations
    .getByText(/^Only the person who approved the policy/)
    .waitFor();
  assert.ok(await early.isDisabled());
  const sam = await visit(t, 'sam', at);
  const seen = row(sam, policy);
  await seen
    .getByText('Once the team has acknowledged it with a plan.')
    .waitFor();
  await violations.getByRole('button', { name: 'Acknowledge' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/What is going to be done/).fill('Add a cache.');
  await dialog.getByLabel(/Done by/).fill(inTwoDays);
  await dialog.getByRole('button', { name: 'Acknowledge' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await violations.getByText('Plan of Nora Haddad').waitFor();

  await sam.reload();
  await seen.getByRole('button', { name: 'End the freeze early' }).click();
  const leaving = sam.getByRole('dialog');
  await leaving.getByLabel(/What of the plan is done/).fill('The cache is in.');
  await leaving.getByRole('button', { name: 'End the freeze early' }).click();
  await leaving.waitFor({ state: 'hidden' });
  await seen
    .getByText('Sam Whitaker ended the freeze early: The cache is in.')
    .waitFor();

  await seen.getByRole('button', { name: /^Details/ }).click();
  const details = sam.getByRole('dialog');
  const told = details.getByRole('list', { name: 'What was said about it' });
  await told.getByText(/The cache is in\./).waitFor();
  await told.getByText(/Add a cache\./).waitFor();
  const { evidence } = violation;
  await details.getByText(evidence.when, { exact: true }).waitFor();
  await details.getByText(`${evidence.consumedPercent} %`).waitFor();
  // 24 slots of which half of the hundred events are good.
  await details.getByText(/1,200 good of 2,400 events/).waitFor();
  const open = again(sam, told, async () =>
    seen.getByRole('button', { name: /^Details/ }).click(),
  );
  await accessible(sam, told, '[role=dialog]', open);
  await pictures(sam, told, 'violation-details', open);
});

test('the gate is overridden with a reason, reviewed by another, and ended', async t => {
  const { service } = await newViolation();
  const at = `/evenkeel/services/${service}`;
  const grace = await visit(t, 'grace', at);
  const refused = grace.getByRole('button', { name: 'Override the gate' });
  await section(grace, 'Change gate')
    .getByText(/For members of the team fulfilment/)
    .waitFor();
  assert.ok(await refused.isDisabled());

  const page = await visit(t, 'nora', at, { allow: [/422/] });
  const gate = section(page, 'Change gate');
  await gate.getByText('Must wait').waitFor();
  await gate.getByRole('button', { name: 'Override the gate' }).click();
  const dialog = page.getByRole('dialog');
  const submit = dialog.getByRole('button', { name: 'Override the gate' });
  const reason = dialog.getByLabel(/Why it cannot wait/);
  await submit.click();
  await dialog.getByRole('textbox', { name: /Why/ }).waitFor();
  await page.waitForFunction(() =>
    document.querySelector('[role=dialog] textarea[aria-invalid=true]'),
  );
  assert.notEqual(await saidOf(reason), '');
  await reason.fill('Customers cannot pay.');
  await submit.click();
  await dialog.waitFor({ state: 'hidden' });
  const overrides = gate.getByRole('list', { name: 'Overrides' });
  await overrides.getByText('Nora Haddad: Customers cannot pay.').waitFor();
  await gate.getByText('Look first').waitFor();
  const review = overrides.getByRole('button', { name: 'Review it' });
  assert.ok(await review.isDisabled());
  assert.match(await saidOf(review), /Another person than Nora Haddad/);

  const bruno = await visit(t, 'omar', at, { allow: [/422/] });
  const seen = bruno.getByRole('list', { name: 'Overrides' });
  await seen.getByRole('button', { name: 'Review it' }).click();
  const found = bruno.getByRole('dialog');
  await found.getByText('It was not justified').click();
  await found.getByRole('button', { name: 'Review it' }).click();
  await bruno.waitForFunction(() =>
    document.querySelector('[role=dialog] textarea[aria-invalid=true]'),
  );
  await found.getByLabel(/Note/).fill('A rollback would have done.');
  await found.getByRole('button', { name: 'Review it' }).click();
  await found.waitFor({ state: 'hidden' });
  await seen
    .getByText(
      'Reviewed by Omar Farouk: not justified. A rollback would have done.',
    )
    .waitFor();

  await page.reload();
  await overrides.getByRole('button', { name: 'End the override' }).click();
  await overrides.getByText('Over', { exact: true }).waitFor();
  await gate.getByText('Must wait').waitFor();
  await gate.getByRole('button', { name: 'Override the gate' }).waitFor();
});

test('dialogs can be read in light and in dark, faults too', async t => {
  const { service, policy } = await newViolation();
  const page = await visit(t, 'nora', `/evenkeel/services/${service}`, {
    allow: [/422/],
  });
  const dialog = page.getByRole('dialog');
  for (const [part, name, picture] of [
    [row(page, policy), 'Dispute', 'violation-dispute'],
    [section(page, 'Change gate'), 'Override the gate', 'gate-override'],
  ] as const) {
    const refused = dialog.locator('textarea[aria-invalid=true]');
    const open = again(page, refused, async () => {
      await part.getByRole('button', { name }).click();
      await dialog.getByRole('button', { name }).click();
    });
    await accessible(page, refused, '[role=dialog]', open);
    await pictures(page, refused, picture, open);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  }
});

test('a violation is acknowledged by the keyboard alone', async t => {
  const { service, policy } = await newViolation();
  const page = await visit(t, 'nora', `/evenkeel/services?query=${service}`);
  const link = page.getByRole('link', { name: service });
  await link.waitFor();
  await tabTo(page, link);
  await page.keyboard.press('Enter');
  const violations = row(page, policy);
  const acknowledge = violations.getByRole('button', {
    name: /Acknowledge|Change the plan/,
  });
  await acknowledge.waitFor();
  await page.waitForFunction(() =>
    [...document.querySelectorAll('button')].some(
      b => b.textContent === 'Acknowledge' && !b.disabled,
    ),
  );
  await tabTo(page, acknowledge);
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await tabTo(page, dialog.getByLabel(/What is going to be done/));
  await page.keyboard.type('Split the table.');
  await tabTo(page, dialog.getByLabel(/Done by/));
  // The parts of a day are typed one after the other, as the browser's language has them.
  const [year, month, ofMonth] = inTwoDays.split('-');
  await page.keyboard.type(`${month}${ofMonth}${year}`);
  await tabTo(page, dialog.getByRole('button', { name: 'Acknowledge' }));
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden' });
  await violations
    .getByText(/Plan of Nora Haddad .*: Split the table\./)
    .waitFor();
  assert.ok(
    await acknowledge.evaluate(e => e === document.activeElement),
    'the dialog gives the focus back',
  );
});
