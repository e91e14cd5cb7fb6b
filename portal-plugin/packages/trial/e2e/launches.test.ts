import assert from 'node:assert/strict';
import { test } from 'node:test';

import { value } from '@evenkeel/client';

import { api, apiOf } from './asking';
import { accessible } from './axe';
import { saidOf } from './field';
import { house, visit } from './house';
import { pictures } from './pictures';
import { newReadiness } from './readiness';

const cards = '/evenkeel/scorecards';

/** A day as the form takes it, so many days from now. */
function day(from: number): string {
  return new Date(Date.now() + from * 86_400_000).toISOString().slice(0, 10);
}

test('a campaign is begun, shown, and changed by those who run it', async t => {
  const of = await newReadiness(t);
  const name = `Runbooks of ${of.name}`;
  const page = await visit(t, 'ada', `${cards}/campaigns`, {
    allow: [/422/, /412/],
  });
  const begin = page.getByRole('button', { name: 'Begin a campaign' });
  await begin.click();
  const form = page.getByRole('dialog', { name: 'Begin a campaign' });
  await form.getByLabel('Name').fill(name);
  await form.getByRole('button', { name: /Scorecard/ }).click();
  await page
    .getByRole('option', { name: of.name.replace('Drilled', 'Drills') })
    .click();
  await form.getByRole('button', { name: 'Begin' }).click();
  await form.getByText('must be 1 to').waitFor();
  await form.getByText('It has a runbook').click();
  await form.getByLabel('Why').fill('The night shift asked for it.');
  await form.getByRole('button', { name: 'Begin' }).click();
  await form.waitFor({ state: 'detached' });

  await page.getByRole('heading', { name }).waitFor();
  await page.getByText('Running').waitFor();
  const open = page.getByRole('list', { name: 'payments' });
  await open.getByText(of.service).waitFor();
  await open.getByText('Fails').waitFor();
  await accessible(page, open);
  await pictures(page, open, 'scorecards-campaign');

  const grace = await visit(
    t,
    'grace',
    page.url().replace(/^.*\/evenkeel/, '/evenkeel'),
  );
  await grace.getByText('Members of payments change and end it.').waitFor();
  assert.ok(
    await grace.getByRole('button', { name: 'Change it' }).isDisabled(),
  );

  // Bruno changes it while Ada looks at it: what he changed is shown, and what she typed is not lost.
  await page.getByRole('button', { name: 'Change it' }).click();
  const edit = page.getByRole('dialog', { name: 'Change the campaign' });
  await edit.getByLabel('Due on').fill(day(20));
  const id = page.url().split('/').pop() ?? '';
  const bruno = await apiOf('bruno');
  const path = { campaign: id };
  const before = await value(
    bruno.GET('/v1/campaigns/{campaign}', { params: { path } }),
  );
  await bruno.PUT('/v1/campaigns/{campaign}', {
    params: { path, header: { 'If-Match': `"${before.version}"` } },
    body: {
      name: before.name,
      scorecard: of.card,
      team: 'payments',
      checks: ['runbook', 'drill'],
      startsOn: before.startsOn,
      dueOn: before.dueOn,
      why: 'The night shift asked for it twice.',
    },
  });
  await edit.getByRole('button', { name: 'Save' }).click();
  await edit.getByText('Somebody else was first').waitFor();
  await edit.getByText('asked for it twice').waitFor();
  // What was typed stays, and what was not touched is theirs.
  await edit.getByRole('button', { name: 'Go on from theirs' }).click();
  await edit.getByRole('button', { name: 'Save' }).click();
  await edit.waitFor({ state: 'detached' });
  await page.getByText('20 days left').waitFor();
  const after = await value(
    api.GET('/v1/campaigns/{campaign}', { params: { path } }),
  );
  assert.deepEqual(after.checks, ['runbook', 'drill']);
  assert.equal(after.dueOn, day(20));

  await page.getByRole('button', { name: 'End it early' }).click();
  const end = page.getByRole('dialog', { name: /^End/ });
  await end.getByLabel('Reason').fill('All is written.');
  await end.getByRole('button', { name: 'End it early' }).click();
  await end.waitFor({ state: 'detached' });
  await page.getByText('All is written.').waitFor();
});

test('a launch is reviewed by another than who asks, with a condition that its team meets', async t => {
  const of = await newReadiness(t);
  const ada = await visit(t, 'ada', `${cards}/launch-reviews`, {
    allow: [/422/],
  });
  await ada.getByRole('button', { name: 'Ask for a review' }).click();
  const form = ada.getByRole('dialog', { name: 'Ask for a launch review' });
  await form.getByRole('combobox', { name: 'Service' }).fill(of.service);
  await ada.getByRole('option', { name: of.service }).click();
  await form.getByRole('button', { name: /Scorecard/ }).click();
  await ada
    .getByRole('option', { name: of.name.replace('Drilled', 'Drills') })
    .click();
  await form.getByRole('button', { name: /Level to reach/ }).click();
  await ada.getByRole('option', { name: 'Silver' }).click();
  await form.getByLabel('Launch planned on').fill(day(-9));
  await form.getByRole('button', { name: 'Ask' }).click();
  await form.getByText(/must be today/).waitFor();
  await form.getByLabel('Launch planned on').fill(day(9));
  await form.getByRole('button', { name: 'Ask' }).click();
  await form.waitFor({ state: 'detached' });

  await ada.getByRole('heading', { name: `Launch of ${of.service}` }).waitFor();
  await ada.getByText('Below Silver').waitFor();
  const path = ada.url().replace(/^.*\/evenkeel/, '/evenkeel');
  // Ada keeps the scorecard too, and asked for it herself.
  await ada
    .getByText('You asked for it: another person decides.')
    .filter({ visible: true })
    .waitFor();
  for (const name of ['Sign off', 'Reject']) {
    const button = ada.getByRole('button', { name });
    assert.ok(await button.isDisabled());
    assert.match(await saidOf(button), /^You asked for it/);
  }

  const grace = await visit(t, 'grace', path);
  await grace
    .getByText('A member of payments or an administrator')
    .filter({ visible: true })
    .waitFor();
  assert.ok(await grace.getByRole('button', { name: 'Sign off' }).isDisabled());

  const bruno = await visit(t, 'bruno', path, { allow: [/422/] });
  await bruno.getByRole('button', { name: 'Sign off' }).click();
  const ruling = bruno.getByRole('dialog', { name: /Sign off/ });
  await ruling.getByLabel('Conditions').fill('soon The drill is held.');
  await ruling.getByRole('button', { name: 'Sign off' }).click();
  await ruling.getByText(/must say why/).waitFor();
  await ruling.getByLabel('Reason').fill('It is watched in the first week.');
  await ruling.getByLabel('Conditions').fill(`${day(5)} The drill is held.`);
  await ruling.getByRole('button', { name: 'Sign off' }).click();
  await ruling.waitFor({ state: 'detached' });
  const condition = bruno
    .getByRole('list', { name: 'Conditions' })
    .getByText('The drill is held.');
  await condition.waitFor();
  await accessible(bruno, condition);
  await pictures(bruno, condition, 'scorecards-launch');

  await grace.reload();
  await grace.getByText('Members of payments say so.').waitFor();
  assert.ok(
    await grace.getByRole('button', { name: 'It is done' }).isDisabled(),
  );

  await ada.reload();
  await ada.getByRole('button', { name: 'It is done' }).click();
  const met = ada.getByRole('dialog');
  await met.getByRole('button', { name: 'It is done' }).click();
  await met.getByText('must say where it is seen').waitFor();
  await met.getByLabel('Where it is seen').fill('In the minutes of Tuesday.');
  await met.getByRole('button', { name: 'It is done' }).click();
  await met.waitFor({ state: 'detached' });
  await ada.getByText('In the minutes of Tuesday.').waitFor();
  await ada.getByText('Met', { exact: true }).waitFor();
});

test('campaigns and launch reviews are listed, and their forms can be read by all', async t => {
  const page = await visit(t, 'ada', `${cards}/campaigns`);
  const campaign = page.getByRole('link', { name: 'A runbook for every' });
  await campaign.waitFor();
  await accessible(page, campaign);
  await pictures(page, campaign, 'scorecards-campaigns');
  await page.getByRole('link', { name: 'Launch reviews' }).click();
  const review = page.getByRole('link', { name: 'product-answers' });
  await review.waitFor();
  await accessible(page, review);
  await pictures(page, review, 'scorecards-launches');

  const asking = page.getByRole('dialog', { name: 'Ask for a launch review' });
  const planned = asking.getByLabel('Launch planned on');
  const ask = () =>
    page.getByRole('button', { name: 'Ask for a review' }).click();
  await accessible(page, planned, '[role=dialog] form', ask);
  await pictures(page, planned, 'scorecards-launch-form', ask);

  const beginning = page.getByRole('dialog', { name: 'Begin a campaign' });
  const checks = beginning.getByRole('checkbox').first();
  const begin = async () => {
    await page.goto(`${house.url}${cards}/campaigns`);
    await page.getByRole('button', { name: 'Begin a campaign' }).click();
  };
  await accessible(page, checks, '[role=dialog] form', begin);
  await pictures(page, checks, 'scorecards-campaign-form', begin);
});
