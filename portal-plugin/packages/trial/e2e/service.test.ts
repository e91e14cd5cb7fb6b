import assert from 'node:assert/strict';
import { test } from 'node:test';

import { value, type Schemas } from '@evenkeel/client';
import type { Locator, Page } from 'playwright-core';

import { api } from './asking';
import { accessible } from './axe';
import { again } from './dialog';
import { newEntity } from './entity';
import { eventually } from './eventually';
import { saidOf } from './field';
import { visit } from './house';
import { newService, newSLO } from './objective';
import { pictures } from './pictures';

const checkout = { service: 'checkout', slo: 'availability' };

/** A part of the page by its heading. */
function section(page: Page, name: string): Locator {
  return page.getByRole('region', { name, exact: true });
}

/** The tab of an entity that is Evenkeel's. */
function tab(page: Page): Locator {
  return page.getByRole('link', { name: 'Reliability', exact: true });
}

test('the cards of an entity show its SLOs, its levels, its incidents and actions', async t => {
  const page = await visit(t, 'ada', '/catalog/default/component/checkout');
  const status = await value(
    api.GET('/v1/services/{service}/slos/{slo}/status', {
      params: { path: checkout },
    }),
  );
  const slos = page.getByRole('list', { name: 'SLOs' });
  const spent = slos
    .getByRole('listitem')
    .filter({ hasText: 'Orders can be paid' });
  await spent.getByText('Exhausted').waitFor();
  // As the API says it, in percent with one decimal.
  const { remaining } = status.window;
  assert.ok(remaining !== null && remaining < 0, `${remaining} is left`);
  await spent
    .getByText(`${Number((remaining * 100).toFixed(1))} % of the budget left`, {
      exact: false,
    })
    .waitFor();

  const levels = page.getByRole('list', { name: 'Scorecards' });
  const readiness = levels
    .getByRole('listitem')
    .filter({ hasText: 'Production readiness' });
  await readiness.getByText('Bronze').waitFor();
  await readiness.getByRole('progressbar').waitFor();

  await page
    .getByRole('list', { name: 'Incidents' })
    .getByRole('link', { name: 'Nobody could pay for two hours' })
    .waitFor();
  await page
    .getByRole('list', { name: 'Open actions' })
    .getByRole('link', { name: /pools by a load test/ })
    .waitFor();
  await pictures(page, readiness, 'entity-cards');
  await spent.getByRole('link', { name: 'Orders can be paid' }).click();
  await page.waitForURL(/\/evenkeel\/slos\/checkout\/availability$/);
});

test('the tab of an entity shows all there is to know of its service', async t => {
  const page = await visit(t, 'ada', '/catalog/default/component/checkout');
  await tab(page).click();
  for (const name of [
    ...['Open violations', 'SLOs', 'Golden signals', 'Production readiness'],
    ...['Change gate', 'Incidents', 'Open actions', 'Open issues'],
  ]) {
    await section(page, name).waitFor();
  }
  const issues = section(page, 'Open issues').getByRole('link');
  await issues.first().waitFor();
  await accessible(page, issues.first());
  await pictures(page, issues.first(), 'entity-tab');
  await issues.first().click();
  await page.waitForURL(/\/evenkeel\/issues\/\w+$/);
});

test('an entity that Evenkeel does not know is registered by its owner', async t => {
  const { name, title } = await newEntity(t, { owner: 'payments' });
  const path = `/catalog/default/component/${name}`;
  // It is asked for before it is there, and refused once on purpose.
  const allow = [/404/, /422/];

  const grace = await visit(t, 'grace', `${path}/evenkeel`, { allow });
  const refused = grace.getByRole('button', { name: 'Register this service' });
  await grace.getByText('For members of the team payments').waitFor();
  assert.ok(await refused.isDisabled());
  assert.match(await saidOf(refused), /For members of the team payments/);

  const page = await visit(t, 'ada', path, { allow });
  // The cards say it, too.
  await page.getByText(`Evenkeel does not know “${name}”`).first().waitFor();
  await tab(page).click();
  await page
    .getByText(/metadata:\s+annotations:\s+evenkeel.dev\/service: /)
    .waitFor();
  const register = page.getByRole('button', { name: 'Register this service' });
  await accessible(page, register);
  await pictures(page, register, 'entity-unknown');
  await register.click();
  const dialog = page.getByRole('dialog');
  const field = (label: string) => dialog.getByLabel(label, { exact: false });
  await field('Slug').waitFor();
  assert.equal(await dialog.getByLabel(/^Name/).inputValue(), title);
  assert.equal(await field('Slug').inputValue(), name);
  assert.equal(
    await dialog.getByLabel(/^Runbook/).inputValue(),
    'https://runbooks.example.org/made',
  );
  const open = again(page, dialog, () => register.click());
  await accessible(page, dialog, '[role=dialog]', open);
  await pictures(page, dialog, 'register', open);

  // What is refused stands at its field, and what was typed stays.
  await field('Slug').fill('Not A Slug');
  await dialog.getByRole('button', { name: 'Register', exact: true }).click();
  await dialog.locator('input[aria-invalid=true]').waitFor();
  assert.notEqual(await saidOf(field('Slug')), '');
  assert.equal(await field('Slug').inputValue(), 'Not A Slug');

  await field('Slug').fill(name);
  await dialog.getByRole('button', { name: 'Register', exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
  await section(page, 'Change gate').waitFor();
  const made = await value(
    api.GET('/v1/services/{service}', { params: { path: { service: name } } }),
  );
  assert.equal(made.team.slug, 'payments');
  assert.equal(made.tier, 2);
  assert.equal(made.lifecycle, 'experimental');
});

test('each figure of an SLO tells how it comes about, as the API says', async t => {
  const page = await visit(t, 'ada', '/evenkeel/services/checkout');
  // What the page itself was answered last: with each slot the figures are others.
  const heard: { explained?: Schemas['Explanation'] } = {};
  page.on('response', async reply => {
    if (reply.ok() && new URL(reply.url()).pathname.endsWith('/explain')) {
      heard.explained = await reply.json();
    }
  });
  const card = section(page, 'SLOs')
    .getByRole('listitem')
    .filter({ hasText: 'Orders can be paid' });
  await card.getByText('99.9 %').waitFor();
  for (const [what, figures] of [
    ['SLI', ['window.sli']],
    ['Budget left', ['window.remaining', 'window.burned']],
  ] as const) {
    const open = card.getByRole('button', { name: new RegExp(what) });
    await open.click();
    const dialog = page.getByRole('dialog');
    await eventually(`${what} is explained as the API says`, async () => {
      const { explained } = heard;
      if (explained === undefined) {
        return false;
      }
      const texts = [dialog.getByText(explained.because)];
      for (const name of figures) {
        const figure: Schemas['Figure'] | undefined = explained.figures.find(
          f => f.figure === name,
        );
        assert.ok(figure, `the API explains ${name}`);
        texts.push(
          dialog.getByText(figure.formula, { exact: true }).first(),
          dialog.getByText(figure.worked, { exact: true }).first(),
        );
      }
      const shown = await Promise.all(texts.map(text => text.isVisible()));
      return shown.every(Boolean);
    });
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    assert.ok(
      await open.evaluate(e => e === document.activeElement),
      `the focus is back at ${what}`,
    );
  }
});

test('golden signals are taken over from an SLO, and each value tells how', async t => {
  const { service } = await newSLO();
  const at = `/evenkeel/services/${service}`;
  const grace = await visit(t, 'grace', at);
  const refused = grace.getByRole('button', { name: 'Map the signals' });
  await section(grace, 'Golden signals')
    .getByText(/For members of the team fulfilment/)
    .waitFor();
  assert.ok(await refused.isDisabled());

  const page = await visit(t, 'nora', at, { allow: [/412/] });
  const part = section(page, 'Golden signals');
  await part.getByRole('button', { name: 'Map the signals' }).click();
  const dialog = page.getByRole('dialog');
  for (const signal of ['Traffic', 'Errors']) {
    await dialog.getByRole('button', { name: new RegExp(signal) }).click();
    await page.getByRole('option', { name: /From the SLO/ }).click();
    await page.getByRole('listbox').waitFor({ state: 'hidden' });
  }
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'hidden' });
  const path = { service };
  const mapped = await value(
    api.GET('/v1/services/{service}/golden-signals', { params: { path } }),
  );
  assert.equal(mapped.traffic?.slo?.slug, 'made');
  assert.equal(mapped.errors?.slo?.slug, 'made');
  assert.equal(mapped.latency, undefined);

  // Nothing was measured of it yet, which is not nought.
  await part.getByText(/requests unknown/).waitFor();
  await part
    .getByRole('button', { name: 'Explain requests of Traffic' })
    .click();
  const now = await value(
    api.GET('/v1/services/{service}/golden-signals/current', {
      params: { path },
    }),
  );
  const reading = now.signals.find(s => s.signal === 'traffic')?.readings[0];
  assert.ok(reading?.detail, 'the API says why it is not known');
  await dialog.getByText(reading.how, { exact: true }).waitFor();
  await dialog.getByText(reading.detail, { exact: true }).waitFor();
});

test('a budget below zero is drawn with what happened, and as a table', async t => {
  const page = await visit(t, 'grace', '/evenkeel/services/checkout');
  const chart = page.getByRole('figure', { name: /Orders can be paid/ });
  await chart.getByRole('img', { name: /Orders can be paid/ }).waitFor();
  await chart.getByText('Incident', { exact: true }).waitFor();
  await chart.getByText('Change', { exact: true }).waitFor();
  await chart.getByRole('button', { name: 'Show as a table' }).click();
  const history = await value(
    api.GET('/v1/services/{service}/slos/{slo}/history', {
      params: { path: checkout },
    }),
  );
  const least = Math.min(...history.points.map(p => p.remaining ?? 1));
  assert.ok(least < 0, 'the sample has a budget below zero');
  await chart
    .getByRole('cell', { name: `${Number((least * 100).toFixed(1))} %` })
    .first()
    .waitFor();
  await chart
    .getByText(/sev1: Nobody could pay/)
    .first()
    .waitFor();
  await chart
    .getByText(/config pool-size-8/)
    .first()
    .waitFor();

  const forecast = await value(
    api.GET('/v1/services/{service}/slos/{slo}/forecast', {
      params: { path: checkout },
    }),
  );
  // A budget that is spent is spent in every future.
  assert.equal(forecast.probability, 1);
  // and nothing is left to be told of when.
  assert.equal(await chart.getByText(/with a probability of/).count(), 0);
});

test('the ladder of a scorecard tells what to do, and what needs nothing', async t => {
  const page = await visit(t, 'grace', '/evenkeel/services/checkout');
  const readiness = section(page, 'Production readiness');
  await readiness.getByText(/checks? to Silver/).waitFor();
  const { scorecards } = await value(
    api.GET('/v1/services/{service}/scorecards', {
      params: { path: { service: 'checkout' } },
    }),
  );
  const of = scorecards.find(s => s.name === 'Production readiness');
  assert.ok(of);
  await readiness
    .getByText(`${of.passed} of ${of.counted} checks pass`)
    .waitFor();
  for (const id of of.next) {
    const title = of.checks.find(c => c.id === id)?.title ?? id;
    await readiness
      .getByRole('list')
      .first()
      .getByRole('link', { name: title })
      .waitFor();
  }
  const passing = of.checks.find(c => c.level === 'Bronze');
  assert.ok(passing);
  const link = readiness.getByRole('link', { name: passing.title });
  assert.ok(await link.isHidden());
  await readiness
    .getByText(/that need nothing/)
    .first()
    .click();
  await link.click();
  await page.waitForURL(/\/scorecards\/production-readiness\/checks\//);
});

test('services are searched and narrowed, and the address keeps it', async t => {
  const page = await visit(t, 'grace', '/evenkeel/services');
  const table = page.getByRole('table', { name: 'Services' });
  const rows = table.getByRole('row');
  await table.getByRole('link', { name: 'Checkout' }).waitFor();
  await accessible(page, table);
  await pictures(page, table, 'services');

  const search = page.getByRole('searchbox', { name: 'Search' });
  await search.fill('payment');
  await page.waitForURL(/query=payment/);
  await table
    .getByRole('link', { name: 'Checkout' })
    .waitFor({ state: 'hidden' });
  await table.getByRole('link', { name: 'Payment gateway' }).waitFor();
  assert.ok(await search.evaluate(e => e === document.activeElement));
  await search.fill('nothing is called so');
  await page.getByRole('heading', { name: 'No service fits' }).waitFor();
  await page.getByRole('button', { name: 'Show all' }).click();
  await table.getByRole('link', { name: 'Checkout' }).waitFor();

  await page.getByRole('button', { name: /Team/ }).click();
  await page.getByRole('option', { name: 'Search', exact: true }).click();
  await page.waitForURL(/team=search/);
  await table
    .getByRole('link', { name: 'Checkout' })
    .waitFor({ state: 'hidden' });
  await table.getByRole('link', { name: 'Search API' }).waitFor();
  const ofTeam = await value(
    api.GET('/v1/services', { params: { query: { team: 'search' } } }),
  );
  // And the head of the table.
  assert.equal(await rows.count(), (ofTeam.items ?? []).length + 1);
  await page.reload();
  await table.getByRole('link', { name: 'Search API' }).waitFor();
  assert.equal(await table.getByRole('link', { name: 'Checkout' }).count(), 0);
});

test('a service of which nothing is known yet says what to do first', async t => {
  const service = await newService('payments');
  const page = await visit(t, 'ada', `/evenkeel/services/${service}`);
  await page.getByRole('heading', { name: 'No SLO yet' }).waitFor();
  const signals = page.getByRole('heading', {
    name: 'Nobody said yet how its signals are read',
  });
  await signals.waitFor();
  await page.getByRole('heading', { name: 'No incident yet' }).waitFor();
  await page.getByText('No pipeline has asked yet.').waitFor();
  await accessible(page, signals);
  await pictures(page, signals, 'service-new');
  await page.getByRole('button', { name: 'Declare an SLO' }).click();
  await page.waitForURL(new RegExp(`/evenkeel/slos/${service}/_new`));
});

test('what cannot be read says why, and the rest of the page stands', async t => {
  const page = await visit(t, 'ada', '/catalog', {
    allow: [/503/, /404/, /403/],
  });
  await page.route(/\/v1\/services\/checkout\/gate$/, route =>
    route.fulfill({
      status: 503,
      contentType: 'application/problem+json',
      body: JSON.stringify({
        ...{ type: 'about:blank', title: 'Unavailable', status: 503 },
        ...{ code: 'unavailable', detail: 'It rests.', requestId: 'r-503' },
      }),
    }),
  );
  await page.goto(new URL('/evenkeel/services/checkout', page.url()).href);
  await page.getByText('Evenkeel does not answer').waitFor();
  await page.getByText(/r-503/).waitFor();
  await section(page, 'SLOs').getByText('Orders can be paid').first().waitFor();
  await page.unroute(/\/v1\/services\/checkout\/gate$/);
  await page.getByRole('button', { name: 'Try again' }).first().click();
  await section(page, 'Change gate')
    .getByText(/Feature/)
    .first()
    .waitFor();

  await page.goto(new URL('/evenkeel/services/is-not-here', page.url()).href);
  await page.getByText('Not here').waitFor();
});
