import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ifMatch, value } from '@evenkeel/client';

import { apiOf, idOf } from './asking';
import { accessible } from './axe';
import { again, dialogOf } from './dialog';
import { choose, said } from './field';
import { visit } from './house';
import { declared, sample } from './incidents';
import { named } from './names';
import { pictures } from './pictures';

const outage = 'Nobody could pay for two hours';
const secret = 'A key of a test account was in a public log';

test('the list shows what happens, what follows and what is owed', async t => {
  const page = await visit(t, 'ada', '/evenkeel/incidents');
  const list = page.getByRole('table', { name: 'Incidents', exact: true });
  const row = list.getByRole('row', { name: outage });
  await row.getByText('SEV1').waitFor();
  await row.getByText('Resolved').waitFor();
  await page.getByRole('row', { name: /Size pools by a load test/ }).waitFor();
  await accessible(page, row);
  await pictures(page, row, 'incidents');
});

test('what is owed of a team stands below its incidents', async t => {
  const page = await visit(t, 'grace', '/evenkeel/incidents?team=search');
  const owed = page
    .getByRole('table', { name: 'Postmortems' })
    .getByRole('row', { name: 'Searches failed after a release' });
  await owed.getByText('Asked for').waitFor();
  await owed.getByRole('link').click();
  // Why it is asked for stands where it is begun.
  await page.getByText(/^Asked for .* for its severity\.$/).waitFor();
  await page.getByRole('button', { name: 'Begin it' }).waitFor();
});

test('the list is narrowed by state, severity and team, and says where none is left', async t => {
  const page = await visit(t, 'ada', '/evenkeel/incidents');
  const list = page.getByRole('table', { name: 'Incidents', exact: true });
  await list.getByRole('row', { name: outage }).waitFor();
  await choose(page, page.getByRole('button', { name: /Severity/ }), 'SEV1');
  await list.getByRole('row', { name: outage }).waitFor();
  await list.getByRole('row', { name: /Payouts/ }).waitFor({ state: 'hidden' });
  await choose(page, page.getByRole('button', { name: /Team/ }), 'Fulfilment');
  await page.getByRole('heading', { name: 'No incident matches' }).waitFor();
  assert.match(page.url(), /severity=sev1.*team=fulfilment/);
});

test('an incident is declared, and what is missing is said at its field', async t => {
  const page = await visit(t, 'ada', '/evenkeel/incidents', { allow: [/422/] });
  await page.getByRole('button', { name: 'Declare an incident' }).click();
  const dialog = dialogOf(page);
  await dialog.getByRole('button', { name: 'Declare', exact: true }).click();
  const title = dialog.getByRole('textbox', { name: 'What happens' });
  await said(title, /must/);

  const name = named('Refunds are not sent');
  await title.fill(name);
  await choose(
    page,
    dialog.getByRole('button', { name: /Service/ }),
    'Settlement',
  );
  await dialog
    .getByRole('textbox', { name: 'What users see' })
    .fill('Money comes a day late.');
  await dialog.getByRole('button', { name: 'Declare', exact: true }).click();
  await page.getByRole('heading', { name, exact: true }).waitFor();
  await page.getByText('Money comes a day late.').waitFor();
  await page.getByText('Declared', { exact: true }).waitFor();
});

test('its status and severity are changed, and the page shows it', async t => {
  const incident = await declared();
  const page = await visit(t, 'bruno', `/evenkeel/incidents/${incident.id}`);
  await page.getByRole('button', { name: 'Change status' }).click();
  const dialog = dialogOf(page);
  // It goes on to what comes later alone.
  await dialog.getByRole('button', { name: /Status/ }).click();
  assert.deepEqual(await page.getByRole('option').allInnerTexts(), [
    'Investigating',
    'Mitigated',
    'Resolved',
    'Closed',
  ]);
  await page.getByRole('option', { name: 'Mitigated' }).click();
  await dialog.getByRole('textbox', { name: 'Why' }).fill('It was restarted.');
  await dialog.getByRole('button', { name: 'Change status' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByText('Mitigated', { exact: true }).first().waitFor();
  await page
    .getByRole('list', { name: 'Timeline' })
    .getByText(/It was restarted/)
    .waitFor();

  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await choose(page, dialog.getByRole('button', { name: /Severity/ }), 'SEV2');
  await choose(
    page,
    dialog.getByRole('button', { name: /Incident commander/ }),
    'Chloe Martin',
  );
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByText('SEV2', { exact: true }).first().waitFor();
  await page.getByText('Chloe Martin').waitFor();
});

test('what was seen and done is written down, mended and withdrawn', async t => {
  const incident = await declared();
  const page = await visit(t, 'ada', `/evenkeel/incidents/${incident.id}`, {
    allow: [/422/],
  });
  const timeline = page.getByRole('list', { name: 'Timeline' });
  await page.getByRole('button', { name: 'Add a note' }).click();
  const dialog = dialogOf(page);
  await dialog.getByRole('button', { name: 'Write it down' }).click();
  const text = dialog.getByRole('textbox', { name: 'What happened' });
  await said(text, /must/);
  await text.fill('The queue is ful.');
  await dialog.getByRole('button', { name: 'Write it down' }).click();
  await timeline.getByText('The queue is ful.').waitFor();

  await page.getByRole('button', { name: 'Edit “The queue is ful.”' }).click();
  await text.fill('The queue is full.');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await timeline.getByText('The queue is full.', { exact: true }).waitFor();

  await page
    .getByRole('button', { name: 'Withdraw “The queue is full.”' })
    .click();
  await dialog.getByRole('button', { name: 'Withdraw' }).click();
  await timeline.getByText('Withdrawn by Ada Okafor').waitFor();
  assert.equal(await timeline.getByText('The queue is full.').count(), 0);
});

test('what it cost of the budgets is what the API says', async t => {
  const { id } = await sample(outage);
  const api = await apiOf('ada');
  const impact = await value(
    api.GET('/v1/incidents/{incident}/impact', {
      params: { path: { incident: id } },
    }),
  );
  const page = await visit(t, 'ada', `/evenkeel/incidents/${id}`);
  const table = page.getByRole('table', { name: 'Impact on error budgets' });
  let known = 0;
  for (const slo of impact.slos) {
    const row = table.getByRole('row', { name: slo.name });
    const share = slo.periods.find(of => of.period === '28d')?.share;
    if (share === null || share === undefined) {
      await row.getByText('Not known').first().waitFor();
      assert.doesNotMatch(await row.innerText(), /\b0 %/);
    } else {
      known += 1;
      const percent = String(Number((share * 100).toFixed(2)));
      await row.getByText(`${percent} %`, { exact: true }).waitFor();
    }
  }
  assert.ok(known > 0, 'the outage took of a budget');
  await accessible(page, table);
  await pictures(page, table, 'incident');
});

test('somebody else was first: it shows what they changed, and loses nothing that was typed', async t => {
  const incident = await declared();
  const page = await visit(t, 'ada', `/evenkeel/incidents/${incident.id}`, {
    allow: [/412/],
  });
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const dialog = dialogOf(page);
  const title = dialog.getByRole('textbox', { name: 'What happens' });
  const mine = named('Receipts are lost');
  await title.fill(mine);

  const bruno = await apiOf('bruno');
  const { title: name, team, services, impactStart, detectedAt } = incident;
  await bruno.PUT('/v1/incidents/{incident}', {
    params: {
      path: { incident: incident.id },
      header: ifMatch(`"${incident.version}"`),
    },
    body: {
      title: name,
      severity: 'sev1',
      team: team.slug,
      services: services.map(of => ({
        service: of.service.slug,
        role: of.role,
      })),
      impactStart,
      detectedAt,
    },
  });
  await dialog.getByRole('button', { name: 'Save' }).click();
  const theirs = dialog.getByRole('row', { name: /Severity/ });
  await theirs.getByRole('cell', { name: 'SEV3' }).waitFor();
  await theirs.getByRole('cell', { name: 'SEV1' }).waitFor();
  assert.equal(await title.inputValue(), mine);

  await dialog.getByRole('button', { name: 'Go on from theirs' }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: mine }).waitFor();
  await page.getByText('SEV1', { exact: true }).first().waitFor();
});

test('somebody of another team is told who changes it', async t => {
  const incident = await declared();
  const page = await visit(t, 'grace', `/evenkeel/incidents/${incident.id}`);
  for (const name of [
    'Change status',
    'Add a note',
    'Plan an action item',
    'Edit',
  ]) {
    const button = page.getByRole('button', { name });
    assert.equal(await button.isDisabled(), true, name);
    await said(button, /^Members of payments do this\.$/);
  }
});

test('an action item is planned with its faults at the fields, and done', async t => {
  const incident = await declared();
  const page = await visit(t, 'ada', `/evenkeel/incidents/${incident.id}`, {
    allow: [/422/],
  });
  await page.getByRole('button', { name: 'Plan an action item' }).click();
  const dialog = dialogOf(page);
  const submit = dialog.getByRole('button', { name: 'Plan an action item' });
  await submit.click();
  const what = dialog.getByRole('textbox', { name: 'What will be done' });
  await dialog.getByText(/must/).first().waitFor();
  for (const field of [
    what,
    dialog.getByRole('textbox', { name: 'How one will see that it worked' }),
  ]) {
    await said(field, /must/);
  }
  const title = named('Alert on a queue that is older than a minute');
  await what.fill(title);
  await dialog
    .getByRole('textbox', { name: 'How one will see that it worked' })
    .fill('The alert fires in the drill.');
  await choose(
    page,
    dialog.getByRole('button', { name: /Owner/ }),
    'Dev Patel',
  );
  await submit.click();
  const row = page.getByRole('row', { name: title });
  await row.getByText('Open', { exact: true }).waitFor();

  await page.getByRole('button', { name: `Complete “${title}”` }).click();
  await dialog
    .getByRole('textbox', { name: 'What was done' })
    .fill('It is in the rules.');
  await dialog.getByRole('button', { name: 'Complete' }).click();
  await row.getByText('Done', { exact: true }).waitFor();
  await row.getByText(/Ada Okafor: It is in the rules\./).waitFor();
});

test('who owns an action item completes it, also of another team; others do not', async t => {
  const incident = await declared();
  const title = named('Try the receipts again by themselves');
  const ada = await apiOf('ada');
  await ada.POST('/v1/incidents/{incident}/action-items', {
    params: { path: { incident: incident.id } },
    body: {
      title,
      verification: 'A receipt that failed is there an hour later.',
      owner: await idOf('grace'),
      priority: 'p2',
      type: 'mitigate',
      service: 'settlement',
    },
  });
  const at = `/evenkeel/incidents/${incident.id}`;
  const other = await visit(t, 'hana', at);
  await other.getByRole('row', { name: title }).waitFor();
  for (const act of ['Complete', 'Waive']) {
    const button = other.getByRole('button', { name: `${act} “${title}”` });
    assert.ok(await button.isDisabled());
    await said(button, /^Members of payments do this\.$/);
  }

  const page = await visit(t, 'grace', at);
  const complete = page.getByRole('button', { name: `Complete “${title}”` });
  await complete.waitFor();
  assert.ok(await page.getByRole('button', { name: /^Waive/ }).isDisabled());
  await complete.click();
  const dialog = dialogOf(page);
  await dialog.getByRole('textbox', { name: 'What was done' }).fill('Done.');
  await dialog.getByRole('button', { name: 'Complete' }).click();
  await page
    .getByRole('row', { name: title })
    .getByText('Done', { exact: true })
    .waitFor();
});

test('a restricted incident is seen by its readers, and by nobody else', async t => {
  const { id } = await sample(secret);
  const page = await visit(t, 'grace', '/evenkeel/incidents', {
    allow: [/404/],
  });
  await page.getByRole('row', { name: outage }).first().waitFor();
  assert.equal(await page.getByText(secret).count(), 0);
  await page.getByRole('searchbox', { name: 'Search' }).fill('public log');
  await page.getByRole('heading', { name: 'Nothing was found' }).waitFor();

  for (const path of [`/${id}`, `/${id}/postmortem`]) {
    const hidden = await visit(t, 'grace', `/evenkeel/incidents${path}`, {
      allow: [/404/],
    });
    await hidden.getByRole('alert').getByText('Not here').waitFor();
    assert.doesNotMatch(await hidden.locator('main').innerText(), /key/);
  }

  const reader = await visit(t, 'lena', `/evenkeel/incidents/${id}`);
  await reader.getByRole('heading', { name: secret }).waitFor();
  await reader.getByText('Restricted to named readers').waitFor();
  await reader.goto(
    `${new URL(reader.url()).origin}/evenkeel/incidents?q=public+log`,
  );
  await reader.getByRole('link', { name: secret }).waitFor();
});

test('a part of the page that the API fails at says so, and the others are there', async t => {
  const page = await visit(t, 'ada', '/catalog', { allow: [/500/] });
  await page.route('**/api/evenkeel/v1/incident-statistics*', route =>
    route.fulfill({
      status: 500,
      contentType: 'application/problem+json',
      body: JSON.stringify({
        type: 'about:blank',
        title: 'Internal',
        status: 500,
        code: 'internal',
        detail: 'something went wrong here',
        requestId: 'req-7',
      }),
    }),
  );
  await page.goto(`${new URL(page.url()).origin}/evenkeel/incidents`);
  const alert = page.getByRole('alert');
  await alert.getByText('something went wrong here').waitFor();
  await alert.getByText(/req-7/).waitFor();
  await alert.getByRole('button', { name: 'Try again' }).waitFor();
  await page.getByRole('row', { name: outage }).first().waitFor();
});

test('each dialog, with what is refused in it, can be used and read by all', async t => {
  const incident = await declared();
  const page = await visit(t, 'ada', `/evenkeel/incidents/${incident.id}`, {
    allow: [/422/],
  });
  const dialog = dialogOf(page);
  for (const [name, button, submit] of [
    ['incident-status', 'Change status'],
    ['incident-edit', 'Edit'],
    ['timeline-note', 'Add a note', 'Write it down'],
    ['action-plan', 'Plan an action item', 'Plan an action item'],
  ] as const) {
    const open = page.getByRole('button', { name: button, exact: true });
    const show = again(page, dialog, async () => {
      await open.click();
      if (submit) {
        await dialog.getByRole('button', { name: submit }).click();
        await dialog.getByText(/must/).first().waitFor();
      }
    });
    await accessible(page, dialog, '[role="dialog"]', show);
    await pictures(page, dialog, name, show);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  }
});
