import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import { evenkeel, ifMatch, value, versioned } from '@evenkeel/client';

import { runJob } from '../src/jobs';
import { tokenOf, visit } from './house';
import { ownPortal } from './own';

const DAY_MS = 86_400_000;

const portal = ownPortal(async () => ({
  services: 0,
  settings: {
    'evenkeel.notifications.schedule': {
      frequency: { seconds: 1 },
      timeout: { minutes: 1 },
    },
  },
}));

/** A notification of Evenkeel as somebody is shown it. */
type Shown = {
  created: string;
  payload: {
    title: string;
    description: string;
    link: string;
    scope: string;
    severity: string;
    topic: string;
  };
};

/** What somebody is told, the newest first. */
async function toldTo(person: string): Promise<Shown[]> {
  const { url } = portal();
  const reply = await fetch(
    `${url}/api/notifications/notifications?limit=100`,
    { headers: { Authorization: `Bearer ${await tokenOf(person, url)}` } },
  );
  assert.equal(reply.status, 200, await reply.clone().text());
  const { notifications } = await reply.json();
  return notifications.filter(
    (n: { origin: string }) => n.origin === 'plugin:evenkeel',
  );
}

/** Asks until somebody is told of all these topics: the portal reads on a schedule. */
async function untilTold(person: string, topics: string[]): Promise<Shown[]> {
  const end = Date.now() + 60_000;
  for (;;) {
    const shown = await toldTo(person);
    const has = shown.map(({ payload }) => payload.topic);
    if (topics.every(topic => has.includes(topic))) {
      return shown;
    }
    assert.ok(Date.now() < end, `${person} was told ${has}, not all ${topics}`);
    await setTimeout(250);
  }
}

/** A moment so many days from now, as the database has it. */
function stamp(days: number): string {
  return new Date(Date.now() + days * DAY_MS)
    .toISOString()
    .replace('T', ' ')
    .replace('Z', '+00:00');
}

/**
 * Has days go by for what Evenkeel keeps: it takes no day that is over, and its clock is the
 * machine's, so its database is changed while it is ended.
 */
async function letDaysGoBy(change: (db: DatabaseSync) => void): Promise<void> {
  const { directory, program } = portal();
  await program.stop();
  const db = new DatabaseSync(join(directory, 'api/evenkeel.db'));
  try {
    change(db);
  } finally {
    db.close();
  }
  await program.start();
}

/** Has the exemption that is in force of a service be of five days ago, and end tomorrow. */
function letEndTomorrow(db: DatabaseSync, service: string): void {
  const { changes } = db
    .prepare(
      `UPDATE exemptions SET approved_at = ?, until = ?
       WHERE approved_at IS NOT NULL AND ended_at IS NULL AND service_id =
         (SELECT id FROM services WHERE slug = ?)`,
    )
    .run(stamp(-5), stamp(1), service);
  assert.equal(Number(changes), 1, `${service} has one exemption in force`);
}

async function chase(): Promise<void> {
  const { url, token } = portal().api;
  const api = evenkeel({ baseUrl: url, token });
  await runJob(api, 'chase-action-items');
  await runJob(api, 'chase-exemptions');
}

/** Has an exemption of checkout approved that is about to end by now. */
async function excuseCheckout(): Promise<void> {
  const as = async (person: string) =>
    evenkeel({
      baseUrl: `${portal().url}/api/evenkeel`,
      token: await tokenOf(person, portal().url),
    });
  const asked = await versioned(
    (
      await as('ada')
    ).POST('/v1/exemptions', {
      body: {
        ...{ service: 'checkout', scorecard: 'production-readiness' },
        ...{ check: 'on-call', reason: 'The rota changes while this runs.' },
        until: new Date(Date.now() + 20 * DAY_MS).toISOString(),
      },
    }),
  );
  await value(
    (
      await as('sam')
    ).POST('/v1/exemptions/{exemption}/approve', {
      params: {
        path: { exemption: asked.value.id },
        header: ifMatch(asked.etag),
      },
      body: { reason: 'Agreed.' },
    }),
  );
  await letDaysGoBy(db => letEndTomorrow(db, 'checkout'));
}

/** Whatever somebody is told of, by what it is about: no two of one matter. */
function once(shown: Shown[]): Map<string, Shown['payload']> {
  const scopes = shown.map(({ payload }) => payload.scope);
  assert.deepEqual(scopes, [...new Set(scopes)], 'told twice of one matter');
  return new Map(shown.map(({ payload }) => [payload.scope, payload]));
}

test('teams are told of violations, exemptions that expire and actions that are overdue, once', async t => {
  const overdue = ['action_item.overdue', 'action_item.p0_overdue'];
  await untilTold('ada', ['freeze.began']);
  await letDaysGoBy(db => {
    const { changes } = db
      .prepare(`UPDATE action_items SET due_on = ? WHERE state = 'open'`)
      .run(stamp(-1).slice(0, 10));
    assert.ok(Number(changes) >= 2, 'the sample has two actions that are open');
    letEndTomorrow(db, 'shipping-labels');
  });
  await chase();
  const payments = await untilTold('ada', ['freeze.began', ...overdue]);
  const fulfilment = await untilTold('nora', ['exemption.expiring']);

  await t.test('all of the team, and nobody else', async () => {
    const scopes = (shown: Shown[]) => [...once(shown).keys()].sort();
    assert.deepEqual(scopes(await toldTo('bruno')), scopes(payments));
    const others = await toldTo('nora');
    const theirs = new Set(others.map(({ payload }) => payload.topic));
    assert.ok(![...overdue, 'freeze.began'].some(topic => theirs.has(topic)));
    const mine = new Set(payments.map(({ payload }) => payload.topic));
    assert.ok(!mine.has('exemption.expiring'));
    const search = await toldTo('grace');
    assert.ok(
      search.every(
        ({ payload }) =>
          ![...overdue, 'freeze.began', 'exemption.expiring'].includes(
            payload.topic,
          ),
      ),
    );
  });

  await t.test('once, however often it is looked at and started', async () => {
    const before = once(payments);
    await chase();
    await portal().backend.stop();
    await portal().backend.start();
    // Once what came after all that is told, so was all that came before.
    await excuseCheckout();
    await chase();
    await untilTold('ada', ['exemption.expiring']);
    const after = once(await toldTo('ada'));
    for (const scope of before.keys()) {
      assert.ok(after.has(scope), `${scope} is gone`);
    }
    assert.equal(after.size, before.size + 1);
  });

  await t.test('with links that open what it is about', async s => {
    const { url } = portal();
    const find = (shown: Shown[], topic: string) => {
      const found = shown.find(({ payload }) => payload.topic === topic);
      assert.ok(found, topic);
      return found.payload;
    };
    const page = await visit(s, 'ada', '/notifications', { at: url });
    const p0 = find(payments, 'action_item.p0_overdue');
    assert.equal(p0.severity, 'high');
    await page.getByText(p0.title).first().click();
    await page.waitForURL(`${url}${p0.link}`);
    const main = page.locator('main').last();
    await main.getByText('Nobody could pay for two hours').first().waitFor();
    await main
      .getByText('Alert on a pool of connections that is used up')
      .first()
      .waitFor();

    const began = find(payments, 'freeze.began');
    assert.equal(began.link, '/evenkeel/services/checkout');
    await page.goto(`${url}${began.link}`);
    await main.getByRole('heading', { name: 'Checkout' }).first().waitFor();

    const expiring = find(fulfilment, 'exemption.expiring');
    await page.goto(`${url}${expiring.link}`);
    await main
      .getByRole('listitem')
      .filter({ hasText: /shipping-labels/i })
      .first()
      .waitFor();
  });
});
