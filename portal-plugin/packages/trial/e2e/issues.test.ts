import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ifMatch, value, versioned, type Schemas } from '@evenkeel/client';

import { api } from './asking';
import { accessible } from './axe';
import { again } from './dialog';
import { saidOf } from './field';
import { visit } from './house';
import { pictures } from './pictures';
import { newViolation } from './violation';

/** The issue that is wanted because of a violation of its own. */
async function newIssue(): Promise<Schemas['Issue'] & { of: string }> {
  const { service, violation } = await newViolation();
  const found = await value(
    api.GET('/v1/issues', {
      params: { query: { violation: violation.id } },
    }),
  );
  const issue = found.items?.[0];
  assert.ok(issue, `no issue is wanted because of ${violation.id}`);
  return { ...issue, of: service };
}

test('issues are listed with how they stand, and narrowed', async t => {
  const page = await visit(t, 'ada', '/evenkeel/issues');
  const table = page.getByRole('table', { name: 'Issues' });
  const action = table.getByRole('link', { name: /pools by a load test/ });
  await action.waitFor();
  const tally = await value(api.GET('/v1/issues/tally'));
  // Other tests bring issues of their own meanwhile.
  assert.ok(tally.states.draft > 0);
  await page.getByText(/No GitHub token or repository is set up/).waitFor();
  await page
    .getByRole('region', { name: 'Open violations' })
    .getByRole('listitem')
    .first()
    .waitFor();
  await accessible(page, action);
  await pictures(page, action, 'issues');

  await page.getByRole('button', { name: /Kind/ }).click();
  await page.getByRole('option', { name: 'Action item' }).click();
  await page.waitForURL(/kind=action_item/);
  await table
    .getByRole('link', { name: /single-incident/ })
    .first()
    .waitFor({ state: 'hidden' });
  await action.waitFor();
  await page.getByRole('button', { name: /^State|State$/ }).click();
  await page.getByRole('option', { name: 'Closed' }).click();
  await page.getByRole('heading', { name: 'No issue matches' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'No issue matches' }).waitFor();
});

test('an issue reads as it would be opened, and its violation is a page away', async t => {
  const issue = await newIssue();
  const page = await visit(t, 'grace', `/evenkeel/issues/${issue.id}`);
  const body = page.getByRole('region', { name: 'As it reads' });
  await body.getByText('The budget is spent.').first().waitFor();
  await page.getByText('Draft', { exact: true }).waitFor();
  const send = page.getByRole('button', { name: 'Try to send it' });
  assert.ok(await send.isDisabled());
  // Why not is known once it is known who asks.
  await page
    .locator('button[aria-describedby]', { hasText: 'Try to send it' })
    .waitFor();
  assert.match(await saidOf(send), /For members of the team fulfilment/);
  await accessible(page, body);
  await pictures(page, body, 'issue');
  await page.getByRole('link', { name: issue.of, exact: true }).click();
  await page.waitForURL(new RegExp(`/evenkeel/services/${issue.of}`));
});

test('an issue is sent elsewhere by its team, with what is wrong at the field', async t => {
  const issue = await newIssue();
  const page = await visit(t, 'nora', `/evenkeel/issues/${issue.id}`, {
    allow: [/422/],
  });
  await page.getByRole('button', { name: 'Send it elsewhere' }).click();
  const dialog = page.getByRole('dialog');
  const field = dialog.getByRole('textbox', { name: /Repository/ });
  const submit = dialog.getByRole('button', { name: 'Send it elsewhere' });
  await field.fill('not a repository');
  await submit.click();
  await dialog.locator('input[aria-invalid=true]').waitFor();
  assert.notEqual(await saidOf(field), '');
  await field.fill('example-shop/elsewhere');
  await submit.click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByText('example-shop/elsewhere').first().waitFor();
});

test('an issue is dismissed with a reason, once what another did was seen', async t => {
  const issue = await newIssue();
  const page = await visit(t, 'nora', `/evenkeel/issues/${issue.id}`, {
    allow: [/422/, /412/],
  });
  const dismiss = page.getByRole('button', { name: 'Dismiss' });
  const dialog = page.getByRole('dialog');
  const reason = dialog.getByLabel(/Reason/);
  const refused = dialog.locator('textarea[aria-invalid=true]');
  const open = again(page, refused, async () => {
    await dismiss.click();
    await dialog.getByRole('button', { name: 'Dismiss' }).click();
  });
  await accessible(page, refused, '[role=dialog]', open);
  await pictures(page, refused, 'issue-dismiss', open);
  await reason.fill('It was a drill.');

  // Somebody sends it elsewhere meanwhile.
  const path = { issue: issue.id };
  const found = await versioned(
    api.GET('/v1/issues/{issue}', { params: { path } }),
  );
  await api.POST('/v1/issues/{issue}/retarget', {
    params: { path, header: ifMatch(found.etag) },
    body: { repository: 'example-shop/first' },
  });
  await dialog.getByRole('button', { name: 'Dismiss' }).click();
  await dialog.getByText('Somebody else was first').waitFor();
  await dialog.getByRole('button', { name: /theirs/ }).click();
  await dialog
    .getByText('Somebody else was first')
    .waitFor({ state: 'hidden' });
  assert.equal(await reason.inputValue(), 'It was a drill.');
  await dialog.getByRole('button', { name: 'Dismiss' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByText('Dismissed', { exact: true }).first().waitFor();
  await page
    .getByText(/It was a drill\./)
    .first()
    .waitFor();
});

test('issues that cannot be read say why, and come back', async t => {
  const page = await visit(t, 'ada', '/catalog', { allow: [/403/] });
  const asked = /\/v1\/issues\?/;
  await page.route(asked, route =>
    route.fulfill({
      status: 403,
      contentType: 'application/problem+json',
      body: JSON.stringify({
        ...{ type: 'about:blank', title: 'Forbidden', status: 403 },
        ...{ code: 'forbidden', detail: 'Ask your portal.', requestId: 'r-1' },
      }),
    }),
  );
  await page.goto(new URL('/evenkeel/issues', page.url()).href);
  await page.getByText('Not for you to see').waitFor();
  await page.getByText(/Ask your portal\./).waitFor();
  await page.unroute(asked);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('table', { name: 'Issues' }).waitFor();
});
