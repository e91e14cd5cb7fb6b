import assert from 'node:assert/strict';
import { test } from 'node:test';

import { value, versioned, ifMatch } from '@evenkeel/client';

import { api } from './asking';
import { accessible } from './axe';
import { visit } from './house';
import { word } from './names';
import { pictures } from './pictures';

test('Home has what waits for who looks after services, and leads there', async t => {
  const page = await visit(t, 'ada', '/evenkeel/home');
  await page.getByRole('heading', { name: 'Hello, Ada Okafor' }).waitFor();
  const todo = page.getByRole('list', { name: 'Three things to do' });
  const first = todo.getByRole('listitem').first();
  await first.getByText('Violation').waitFor();
  assert.equal(await todo.getByRole('listitem').count(), 3);
  const budgets = page.getByRole('table', { name: 'Budgets at risk' });
  const spent = budgets
    .getByRole('row')
    .filter({ hasText: 'Orders can be paid' });
  await spent.getByText('Exhausted').waitFor();
  await spent.getByText(/^-\d[\d.]* %$/).waitFor();
  await page
    .getByRole('table', { name: 'Services with failing checks' })
    .getByRole('row')
    .filter({ hasText: 'Settlement' })
    .waitFor();
  await page.getByRole('heading', { name: 'Nothing is overdue' }).waitFor();
  await accessible(page, spent);
  await pictures(page, spent, 'home');

  await first.getByRole('link').click();
  await page.waitForURL(/\/evenkeel\/services\//);
  await page.goBack();
  await budgets.getByRole('link', { name: 'Orders can be paid' }).click();
  await page.waitForURL(/\/slos\/checkout\/availability/);
});

test('Home has the exemptions of the team that end soon', async t => {
  const page = await visit(t, 'omar', '/evenkeel/home');
  const ends = page.getByRole('list', { name: 'Exemptions that end next' });
  const soon = ends
    .getByRole('listitem')
    .filter({ hasText: 'shipping-labels' });
  await soon.getByText('Soon').waitFor();
  await page.getByRole('link', { name: 'All exemptions' }).click();
  await page.waitForURL(/\/scorecards\/exemptions/);
});

test('who is in no team is told how to join; in a new team nothing waits, and its question is answered', async t => {
  const page = await visit(t, 'yuki', '/evenkeel/home');
  const stranger = page.getByRole('heading', {
    name: 'You are in no team yet',
  });
  await stranger.waitFor();
  await page.getByText('memberOf: [your-team]').waitFor();
  await page.getByText('SLOs in all').waitFor();
  await accessible(page, stranger);
  await pictures(page, stranger, 'home-stranger');

  const team = `team-${word()}`;
  await value(
    api.POST('/v1/teams', { body: { slug: team, name: 'New Ones' } }),
  );
  const path = { team };
  const settings = await versioned(
    api.GET('/v1/teams/{team}/toil/settings', { params: { path } }),
  );
  await api.PUT('/v1/teams/{team}/toil/settings', {
    params: { path, header: ifMatch(settings.etag) },
    body: {
      hoursPerWeek: 40,
      daysPerWeek: 5,
      overheadPercent: 20,
      capPercent: 50,
      asks: true,
    },
  });
  const people = await value(
    api.GET('/v1/people', { params: { query: { limit: 200 } } }),
  );
  const yuki = (people.items ?? []).find(p => p.displayName === 'Yuki Tanaka');
  assert.ok(yuki);
  const member = { params: { path: { team, person: yuki.id } } };
  await api.PUT('/v1/teams/{team}/members/{person}', member);
  t.after(() => api.DELETE('/v1/teams/{team}/members/{person}', member));

  await page.reload();
  const nothing = page.getByRole('heading', { name: 'Nothing waits for you' });
  await nothing.waitFor();
  for (const name of [
    'No budget is at risk',
    'No service of your teams is scored yet',
    'Nothing is overdue',
    'No exemption is in force',
  ]) {
    await page.getByRole('heading', { name }).waitFor();
  }
  await accessible(page, nothing);
  await pictures(page, nothing, 'home-nothing');

  const question = page.getByRole('group', {
    name: 'How much of your week in New Ones was toil?',
  });
  await question.getByRole('button', { name: '25 %' }).click();
  await page.getByRole('button', { name: 'Migrations' }).click();
  const answered = page.getByText(
    /^You answered 25 % for .*\. Most of it: Migrations\./,
  );
  await answered.waitFor();
  await page.getByRole('button', { name: 'Change it' }).click();
  await question.getByRole('button', { name: '0 %: None' }).click();
  await page.getByText(/^You answered 0 % for \d{4}-W\d\d\.$/).waitFor();
});
