import assert from 'node:assert/strict';
import { test } from 'node:test';

import { value } from '@evenkeel/client';
import type { Locator, Page } from 'playwright-core';

import { api } from './asking';
import { accessible } from './axe';
import { saidOf, tabTo } from './field';
import { visit } from './house';
import { pictures } from './pictures';
import { newReadiness, type Readiness } from './readiness';

const cards = '/evenkeel/scorecards';
const readiness = `${cards}/production-readiness`;

/** Opens what a scorecard came to for its service, at the side of the matrix. */
const panelOf = ({ card, service }: Readiness) =>
  `${cards}/${card}?service=${service}`;

/** Opens the check of that title in the panel; gives what is in it. */
async function opened(page: Page, title: string): Promise<Locator> {
  const check = page
    .getByRole('dialog')
    .getByRole('group')
    .filter({ hasText: title });
  await check.getByText(title).first().click();
  return check;
}

/** The exemption of a service in the list. */
function exemptionOf(page: Page, service: string): Locator {
  return page.getByRole('listitem').filter({ hasText: service });
}

test('the matrix is filtered, and leads to a service, a check and how to fix it', async t => {
  const page = await visit(t, 'grace', cards);
  const rows = page.getByRole('table', { name: 'Services' }).getByRole('row');
  const checkout = rows.filter({ hasText: 'Checkout' });
  await checkout.waitFor();
  await accessible(page, checkout);
  await pictures(page, checkout, 'scorecards-matrix');

  await page.getByRole('searchbox', { name: 'Search services' }).fill('index');
  await page.getByText('1 service', { exact: true }).waitFor();
  assert.match(await rows.nth(1).innerText(), /Search indexer/);
  await page.getByRole('searchbox', { name: 'Search services' }).fill('');

  await page.getByRole('button', { name: 'Team' }).click();
  await page.getByRole('option', { name: 'Search', exact: true }).click();
  await checkout.waitFor({ state: 'detached' });
  await rows.filter({ hasText: 'Search API' }).waitFor();
  await page.getByRole('button', { name: 'Below all levels' }).click();
  await rows.filter({ hasText: 'Search API' }).waitFor({ state: 'detached' });
  await rows.filter({ hasText: 'Product answers' }).waitFor();
  assert.match(page.url(), /team=search/);

  await page.getByRole('button', { name: 'Objectives' }).click();
  await page.getByRole('columnheader', { name: 'It has an SLO' }).waitFor();
  await page.getByRole('button', { name: 'All categories' }).click();

  await page.getByRole('button', { name: /Product answers/ }).click();
  const panel = page.getByRole('dialog');
  await panel.getByText('To do (').waitFor();
  const failing = panel.getByRole('group').filter({ hasText: 'Fails' }).first();
  await failing.getByText('Fails').click();
  await failing.getByRole('heading', { name: 'How to fix it' }).waitFor();
  await failing.getByRole('heading', { name: 'What was seen' }).waitFor();
  await failing.getByRole('link', { name: 'Page of this check' }).click();
  const services = page.getByRole('heading', {
    name: 'Services that do not pass',
  });
  await services.waitFor();
  await page.getByRole('link', { name: 'Product answers' }).waitFor();
});

test('a check shows how services stand by it, why it is asked, and who is excused', async t => {
  const page = await visit(t, 'ada', `${readiness}/checks/runbooks`);
  const excused = page
    .getByRole('list', { name: 'Exemptions from it' })
    .getByText('shipping-labels');
  await excused.waitFor();
  await page
    .getByRole('heading', { name: 'Each page has a runbook' })
    .waitFor();
  await page.getByText('A page without a runbook').waitFor();
  await page.getByRole('button', { name: 'Show as a table' }).click();
  await page.getByRole('columnheader', { name: 'Passes' }).waitFor();
  await page.getByRole('button', { name: 'Show as a picture' }).click();
  await accessible(page, excused);
  await pictures(page, excused, 'scorecards-check');
});

test('the report shows levels, the worst checks and categories, of a team too', async t => {
  const page = await visit(t, 'ada', `${readiness}/report`);
  const worst = page.getByRole('heading', { name: 'Checks that fail most' });
  await worst.waitFor();
  await accessible(page, worst);
  await pictures(page, worst, 'scorecards-report');

  const of = await newReadiness(t);
  const own = await visit(t, 'ada', `${cards}/${of.card}/report`);
  await own.getByText('1 service of which something counts').waitFor();
  await own.getByRole('button', { name: 'Team' }).click();
  await own.getByRole('option', { name: 'Search', exact: true }).click();
  await own.getByText('0 services of which something counts').waitFor();
});

test('an exemption is asked for by the owner, and approved by another who may', async t => {
  const of = await newReadiness(t);
  const ada = await visit(t, 'ada', panelOf(of), { allow: [/422/] });
  const check = await opened(ada, 'It has a runbook');
  await check.getByRole('button', { name: 'Ask for an exemption' }).click();
  const form = ada.getByRole('dialog', { name: /excused from/ });
  await form.getByRole('button', { name: 'Ask' }).click();
  // The API's words stand at the field.
  await form.getByText('must say why').waitFor();
  await form.getByLabel('Reason').fill('The wiki moves this month.');
  await form.getByRole('button', { name: 'Ask' }).click();
  await form.waitFor({ state: 'detached' });

  await ada.goto(ada.url().replace(/scorecards\/.*/, 'scorecards/exemptions'));
  const mine = exemptionOf(ada, of.service);
  await mine.getByText('The wiki moves this month.').waitFor();
  // Ada keeps the scorecard too, and may not decide on what she asked for herself.
  assert.ok(await mine.getByRole('button', { name: 'Approve' }).isDisabled());
  await mine
    .getByText('You asked for it: another person decides.')
    .filter({ visible: true })
    .waitFor();
  await mine.getByRole('button', { name: 'Take it back' }).waitFor();
  await accessible(ada, mine);
  await pictures(ada, mine, 'scorecards-exemptions');

  const grace = await visit(t, 'grace', `${cards}/exemptions`);
  const others = exemptionOf(grace, of.service);
  await others
    .getByText('A member of payments or an administrator')
    .filter({ visible: true })
    .waitFor();
  for (const name of ['Approve', 'Reject']) {
    const button = others.getByRole('button', { name });
    assert.ok(await button.isDisabled());
    assert.match(await saidOf(button), /^A member of payments/);
  }

  const bruno = await visit(t, 'bruno', `${cards}/exemptions`);
  await exemptionOf(bruno, of.service)
    .getByRole('button', { name: 'Approve' })
    .click();
  const decision = bruno.getByRole('dialog');
  await decision.getByText('The wiki moves this month.').waitFor();
  await decision.getByRole('button', { name: 'Approve' }).click();
  await decision.waitFor({ state: 'detached' });
  await exemptionOf(bruno, of.service).getByText('In force').waitFor();

  // To end it is for the service's team, and for who approves.
  await grace.reload();
  const end = exemptionOf(grace, of.service);
  await end.getByText('Members of payments end it').waitFor();
  assert.ok(await end.getByRole('button', { name: 'End it' }).isDisabled());

  await ada.reload();
  await exemptionOf(ada, of.service)
    .getByRole('button', { name: 'End it' })
    .click();
  const ending = ada.getByRole('dialog');
  await ending.getByRole('button', { name: 'End it' }).click();
  await ending.getByText('must say why it ends early').waitFor();
  await ending.getByLabel('Reason').fill('It is written.');
  await ending.getByRole('button', { name: 'End it' }).click();
  await ending.waitFor({ state: 'detached' });
  await exemptionOf(ada, of.service).waitFor({ state: 'detached' });
  await ada.getByRole('button', { name: 'Show past ones' }).click();
  await exemptionOf(ada, of.service).getByText('It is written.').waitFor();
});

test('a fact is attested with evidence, and the check passes by it', async t => {
  const of = await newReadiness(t);
  const grace = await visit(t, 'grace', panelOf(of));
  const theirs = await opened(grace, 'An incident was drilled');
  await theirs.getByText('Members of payments attest facts.').waitFor();
  assert.ok(await theirs.getByRole('button', { name: 'Attest' }).isDisabled());

  const page = await visit(t, 'ada', panelOf(of), { allow: [/422/] });
  const check = await opened(page, 'An incident was drilled');
  await check.getByRole('button', { name: 'Attest' }).click();
  const form = page.getByRole('dialog', { name: /Attest a fact/ });
  await form.getByLabel('When it happened').fill(day(-3));
  await form.getByLabel('Evidence').fill('on a slide');
  await form.getByRole('button', { name: 'Attest' }).click();
  await form.getByText(/must be an https address|must be/).waitFor();
  await form.getByLabel('Evidence').fill('https://wiki.example/drill');
  await form.getByRole('button', { name: 'Attest' }).click();
  await form.waitFor({ state: 'detached' });
  const attested = page.getByRole('list', { name: 'Attested' });
  await attested.getByText('incidentDrill').waitFor();
  await page.getByRole('button', { name: 'Evaluate now' }).click();
  await page.getByRole('heading', { name: 'To do (1)' }).waitFor();

  await attested.getByRole('button', { name: 'Withdraw' }).click();
  const back = page.getByRole('dialog', { name: /incidentDrill/ });
  await back.getByLabel('Why it does not hold').fill('It was another service.');
  await back.getByRole('button', { name: 'Withdraw' }).click();
  await back.waitFor({ state: 'detached' });
  await attested.waitFor({ state: 'detached' });
});

test('the panel of a service and its forms can be read by all', async t => {
  const of = await newReadiness(t);
  const page = await visit(t, 'ada', panelOf(of), { allow: [/422/] });
  const panel = page.getByRole('dialog', { name: of.service });
  const check = panel.getByRole('group').filter({ hasText: 'was drilled' });
  const fix = check.getByRole('heading', { name: 'How to fix it' });
  const open = async () => {
    await check.locator('summary').click();
    await fix.waitFor();
  };
  await accessible(page, fix, '[role=dialog]', open);
  await pictures(page, fix, 'scorecards-panel', open);

  const asking = page.getByRole('dialog', { name: /excused from/ });
  const refused = asking.getByText('must say why');
  const ask = async () => {
    await open();
    await check.getByRole('button', { name: 'Ask for an exemption' }).click();
    await asking.getByRole('button', { name: 'Ask' }).click();
  };
  await accessible(page, refused, '[role=dialog] form', ask);
  await pictures(page, refused, 'scorecards-exemption-form', ask);

  const attesting = page.getByRole('dialog', { name: /Attest a fact/ });
  const missing = attesting.getByText('must be the https address');
  const attest = async () => {
    await open();
    await check.getByRole('button', { name: 'Attest' }).click();
    await attesting.getByRole('button', { name: 'Attest' }).click();
  };
  await accessible(page, missing, '[role=dialog] form', attest);
  await pictures(page, missing, 'scorecards-attest', attest);
});

test('what cannot be read says so, and goes on when it can', async t => {
  const page = await visit(t, 'ada', cards, { allow: [/503/, /404/] });
  const checkout = page.getByRole('button', { name: /Checkout/ });
  await checkout.waitFor();
  await page.goto(
    page.url().replace(/scorecards.*/, 'scorecards/no-such-card'),
  );
  await page.getByText('Not here').waitFor();

  let down = true;
  await page.route('**/api/evenkeel/v1/campaigns*', route =>
    down
      ? route.fulfill({
          status: 503,
          contentType: 'application/problem+json',
          body: JSON.stringify({
            type: 'about:blank',
            title: 'Service Unavailable',
            status: 503,
            code: 'evenkeel_unreachable',
          }),
        })
      : route.continue(),
  );
  await page.getByRole('link', { name: 'Campaigns', exact: true }).click();
  const told = page.getByText('Evenkeel does not answer');
  await told.waitFor();
  await accessible(page, told);
  down = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('link', { name: /A runbook for every/ }).waitFor();
});

test('an exemption is asked for by keyboard alone', async t => {
  const of = await newReadiness(t);
  const page = await visit(t, 'ada', `${cards}/${of.card}`);
  const service = page.getByRole('button', { name: of.name });
  await service.waitFor();
  await tabTo(page, service);
  await page.keyboard.press('Enter');
  const panel = page.getByRole('dialog', { name: of.service });
  const check = panel.locator('summary').filter({ hasText: 'has a runbook' });
  await check.waitFor();
  await tabTo(page, check);
  await page.keyboard.press('Enter');
  await panel.getByRole('heading', { name: 'How to fix it' }).waitFor();
  const ask = panel.getByRole('button', { name: 'Ask for an exemption' });
  await tabTo(page, ask);
  await page.keyboard.press('Enter');
  const form = page.getByRole('dialog', { name: /excused from/ });
  await tabTo(page, form.getByLabel('Reason'));
  await page.keyboard.type('The wiki moves this month.');
  await tabTo(page, form.getByRole('button', { name: 'Ask' }));
  await page.keyboard.press('Enter');
  await form.waitFor({ state: 'detached' });
  // The focus is back where it was; the panel closes by Escape and gives it back too.
  await ask.and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  await service.and(page.locator(':focus')).waitFor();
  const asked = await value(
    api.GET('/v1/exemptions', {
      params: { query: { scorecard: of.card } },
    }),
  );
  assert.equal(asked.items?.[0]?.reason, 'The wiki moves this month.');
});

/** A day as the form takes it, so many days from now. */
function day(from: number): string {
  return new Date(Date.now() + from * 86_400_000).toISOString().slice(0, 10);
}
