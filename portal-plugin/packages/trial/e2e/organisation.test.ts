import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test, type TestContext } from 'node:test';

import { value, type Schemas } from '@evenkeel/client';
import type { Locator, Page } from 'playwright-core';

import { apiOf } from './asking';
import { accessible } from './axe';
import { again } from './dialog';
import { visit } from './house';
import { pictures } from './pictures';

const at = '/evenkeel/organisation';

/** The number under a name, within a part of the page. */
function figure(part: Locator, name: string): Locator {
  return part
    .locator('dl > div')
    .filter({ has: part.page().locator('dt', { hasText: name }) })
    .locator('dd')
    .first();
}

/** The row of a team or a system, which opens. */
function unit(page: Page, name: string): Locator {
  return page.locator('details').filter({
    has: page.locator('summary', { hasText: name }),
  });
}

async function opened(page: Page, name: string): Promise<Locator> {
  const summary = page.locator('summary').filter({ hasText: name });
  await summary.click();
  return summary.locator('xpath=..');
}

/**
 * What the page itself is answered next at a path, with these in its query: other tests change what
 * there is, and what a test asks may be of another moment than what is shown.
 */
async function answered<Body>(
  page: Page,
  path: string,
  query: Record<string, string> = {},
): Promise<Body> {
  const reply = await page.waitForResponse(response => {
    const { pathname, searchParams } = new URL(response.url());
    return (
      response.ok() &&
      pathname.endsWith(path) &&
      Object.entries(query).every(([name, to]) => searchParams.get(name) === to)
    );
  });
  return reply.json();
}

/** A page from which the report is opened, once what that is answered can be heard. */
async function beside(t: TestContext) {
  const page = await visit(t, 'ada', '/settings');
  return { page, open: () => page.goto(new URL(at, page.url()).href) };
}

test('the report says how SLOs stand in the figures of the API', async t => {
  const { page, open } = await beside(t);
  const [{ slos, alerts }] = await Promise.all([
    answered<Schemas['Overview']>(page, '/v1/overview'),
    open(),
  ]);
  const part = page.getByRole('region', { name: 'SLOs now' });
  await part.getByText('SLOs in all').waitFor();
  for (const [name, number] of [
    ['SLOs in all', slos.total],
    ['Exhausted', slos.states.exhausted],
    ['At risk', slos.states.at_risk],
    ['OK', slos.states.ok],
    ['No data', slos.states.no_data],
    ['Stale', slos.stale],
    ['Open alerts', alerts.open],
  ] as const) {
    assert.match(
      await figure(part, name).innerText(),
      new RegExp(`^${number}\\b`),
      name,
    );
  }
  await page.getByRole('img', { name: /Exhausted \d+, At risk \d+/ }).waitFor();
});

test('levels and scores are those of the scorecard’s report', async t => {
  const { page, open } = await beside(t);
  const [report] = await Promise.all([
    answered<Schemas['ScorecardReport']>(
      page,
      '/v1/scorecards/production-readiness/report',
      { days: '90' },
    ),
    open(),
  ]);
  const part = page.getByRole('region', { name: /^Levels by/ });
  await part.getByText('Mean score').waitFor();
  for (const level of report.levels) {
    assert.equal(
      (await figure(part, level.name).innerText()).trim(),
      String(report.now.levels[level.name] ?? 0),
      level.name,
    );
  }
  assert.ok(report.now.score !== null, 'a score is known in the sample');
  assert.match(
    await figure(part, 'Mean score').innerText(),
    new RegExp(`^${report.now.score.toFixed(0)} %`),
  );
});

test('a team opens into its figures and the teams below it', async t => {
  const page = await visit(t, 'ada', at);
  const commerce = await opened(page, 'Commerce');
  const payments = commerce.locator('summary', { hasText: 'Payments' });
  const of = { team: 'payments' };
  const [backlog, incidents, violations, overview] = await Promise.all([
    answered<Schemas['ActionItemBacklog']>(page, '/v1/action-item-backlog', of),
    answered<Schemas['IncidentStatistics']>(
      page,
      '/v1/incident-statistics',
      of,
    ),
    answered<Schemas['ViolationList']>(page, '/v1/violations', of),
    answered<Schemas['Overview']>(page, '/v1/overview', of),
    payments.click(),
  ]);
  const detail = payments.locator('xpath=..');
  await detail.getByText('Overdue actions').waitFor();
  for (const [name, number] of [
    ['Overdue actions', backlog.overdue],
    ['Incidents, last 90 days', incidents.incidents],
    ['Open violations', violations.items?.length ?? 0],
    ['SLOs in all', overview.slos.total],
  ] as const) {
    assert.match(
      await figure(detail, name).innerText(),
      new RegExp(`^${number}\\b`),
      name,
    );
  }
  await detail.getByRole('link', { name: /%|not known/ }).click();
  await page.waitForURL(/\/evenkeel\/toil\/payments/);
});

test('the report can be used and read by all, with a team and a system open', async t => {
  const page = await visit(t, 'ada', at);
  const detail = page.getByText('Overdue actions').first();
  const slos = page.getByRole('list', {
    name: 'SLOs with the least budget left',
  });
  const show = again(page, detail, async () => {
    await opened(page, 'Commerce');
    await opened(page, 'Checkout flow');
    await slos.waitFor();
  });
  await accessible(page, detail, 'main', show);
  await pictures(page, detail, 'organisation', show);
});

test('what is not known is said, and no figure stands for it', async t => {
  const api = await apiOf('grace');
  const page = await visit(t, 'grace', at);
  const commerce = await opened(page, 'Commerce');
  let unknown = 0;
  for (const [team, name] of [
    ['payments', 'Payments'],
    ['search', 'Search'],
    ['fulfilment', 'Fulfilment'],
    ['platform', 'Platform'],
  ]) {
    const { rolling } = await value(
      api.GET('/v1/teams/{team}/toil', { params: { path: { team } } }),
    );
    const row = commerce.locator('summary', { hasText: name });
    await row.click();
    const detail = row.locator('xpath=..');
    const shown = figure(detail, 'Toil, last 90 days');
    await shown.waitFor();
    if (rolling.state === 'known') {
      assert.match(await shown.innerText(), /%/, name);
    } else {
      unknown += 1;
      assert.match(await shown.innerText(), /not known/, name);
      assert.doesNotMatch(await shown.innerText(), /%/, name);
    }
  }
  assert.ok(unknown > 0, 'the share of a team is not known in the sample');
});

test('a system opens into its levels and the SLOs with the least budget', async t => {
  const page = await visit(t, 'ada', at);
  const [{ items }, system] = await Promise.all([
    answered<Schemas['SLOList']>(page, '/v1/slos', { system: 'checkout-flow' }),
    opened(page, 'Checkout flow'),
  ]);
  const list = system.getByRole('list', {
    name: 'SLOs with the least budget left',
  });
  await list.waitFor();
  assert.deepEqual(
    await list.getByRole('link').allInnerTexts(),
    (items ?? []).map(slo => slo.name),
  );
  await list.getByRole('link').first().click();
  await page.waitForURL(/\/evenkeel\/slos\/checkout\//);
});

test('a published report is downloaded as it was published', async t => {
  const api = await apiOf('ada');
  const { items } = await value(api.GET('/v1/reports'));
  const [report] = items ?? [];
  assert.ok(report, 'the sample has a report');
  const published = await value(
    api.GET('/v1/reports/{report}/document', {
      params: { path: { report: report.id } },
      parseAs: 'text',
    }),
  );
  const page = await visit(t, 'ada', at);
  const button = page.getByRole('button', {
    name: `Download report ${report.number} as published`,
  });
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    button.click(),
  ]);
  assert.equal(
    download.suggestedFilename(),
    `evenkeel-report-${report.number}.json`,
  );
  assert.equal(await readFile(await download.path(), 'utf8'), published);
});

test('services that nobody may look after are listed, or it is said that there are none', async t => {
  const { page, open } = await beside(t);
  const [{ items }] = await Promise.all([
    answered<Schemas['OwnershipDriftList']>(page, '/v1/ownership-drift'),
    open(),
  ]);
  const part = page.getByRole('region', { name: 'Ownership drift' }).first();
  if (items?.length) {
    for (const drift of items) {
      await part.getByRole('row', { name: drift.service.slug }).waitFor();
    }
  } else {
    await part
      .getByRole('heading', {
        name: 'Every service has somebody who looks after it',
      })
      .waitFor();
  }
});

test('where Evenkeel does not answer, the report says so and nothing stands for figures', async t => {
  const page = await visit(t, 'ada', '/catalog', { allow: [/503/] });
  await page.route('**/api/evenkeel/v1/overview*', route =>
    route.fulfill({
      status: 503,
      contentType: 'application/problem+json',
      body: JSON.stringify({
        type: 'about:blank',
        title: 'Service unavailable',
        status: 503,
        code: 'evenkeel_unreachable',
        detail: '',
        requestId: '',
      }),
    }),
  );
  await page.goto(`${new URL(page.url()).origin}${at}`);
  const part = page.getByRole('region', { name: 'SLOs now' });
  await part.getByText('Evenkeel does not answer').waitFor();
  assert.doesNotMatch(await part.innerText(), /\d/);
  await unit(page, 'Commerce').first().waitFor();
});
