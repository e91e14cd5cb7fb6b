/** @jest-environment node */
import { evenkeel, items, value, type Evenkeel } from '@evenkeel/client';

import { startProgram, type Program } from './program';
import { seed } from './seeding';
import { SLOT_MS } from './slots';

let program: Program;
let api: Evenkeel;
const lines: string[] = [];

// The window of an SLO ends with its last slot: 28 days of 288 slots are whole at such a time.
const now = Math.floor(Date.now() / SLOT_MS) * SLOT_MS;

async function run() {
  await seed({
    url: program.url,
    token: program.token,
    portal: 'http://portal.example',
    services: 3,
    now,
    say: line => lines.push(line),
  });
}

beforeAll(async () => {
  program = await startProgram();
  api = evenkeel({ baseUrl: program.url, token: program.token });
  await run();
}, 120_000);

afterAll(() => program?.stop());

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of list) {
    found.push(one);
  }
  return found;
}

it('makes the organisation as it is written down', async () => {
  const query = { limit: 100 };
  // Counted by hand in world.ts and objectives.ts; beside them are the first administrator, and
  // Evenkeel's own service with two SLOs, which are there from the first start.
  expect(await all(items(api, '/v1/people', { query }))).toHaveLength(18 + 1);
  expect(await all(items(api, '/v1/teams', { query }))).toHaveLength(5);
  expect(await all(items(api, '/v1/systems', { query }))).toHaveLength(4);
  expect(await all(items(api, '/v1/services', { query }))).toHaveLength(
    12 + 3 + 1,
  );
  expect(await all(items(api, '/v1/slos', { query }))).toHaveLength(19 + 3 + 2);
});

it('shows SLOs in every state', async () => {
  const states = new Map<string, string>();
  const stale: string[] = [];
  for await (const slo of items(api, '/v1/slos', { query: { limit: 100 } })) {
    states.set(`${slo.service.slug}/${slo.slug}`, slo.state);
    if (slo.stale) {
      stale.push(`${slo.service.slug}/${slo.slug}`);
    }
  }
  expect(stale).toContain('event-stream/freshness');
  expect(Object.fromEntries(states)).toMatchObject({
    'checkout/availability': 'exhausted',
    'payment-gateway/availability': 'at_risk',
    'ledger/availability': 'ok',
    'product-answers/availability': 'no_data',
  });
});

it('measures what can be summed by hand', async () => {
  const { window } = await value(
    api.GET('/v1/services/{service}/slos/{slo}/status', {
      params: { path: { service: 'settlement', slo: 'freshness' } },
    }),
  );
  // One event in each slot: 28 days × 24 hours × 12, but for those that left the window while this
  // ran. The 18 slots of an hour and a half were late, and of the 8,046 others one in a thousand:
  // with a variance of 8 no more than 30.
  expect(window.total).toBeLessThanOrEqual(8064);
  expect(window.total).toBeGreaterThanOrEqual(8064 - 2);
  const bad = window.total - window.good;
  expect(bad).toBeGreaterThanOrEqual(18);
  expect(bad).toBeLessThan(18 + 30);
});

it('leaves checkout with less than no budget, a violation that is planned for, and a lifted freeze', async () => {
  const path = { service: 'checkout' };
  const { window } = await value(
    api.GET('/v1/services/{service}/slos/{slo}/status', {
      params: { path: { ...path, slo: 'availability' } },
    }),
  );
  expect(window.remaining).toBeLessThan(0);
  const violations = await all(
    items(api, '/v1/violations', {
      query: { service: 'checkout', state: 'open' },
    }),
  );
  const exceeded = violations.find(v => v.clause === 'budget-exceeded');
  expect(exceeded?.mode).toBe('enforce');
  expect(exceeded?.handling.acknowledgement?.plan).toMatch(/load tests/);
  const decisions = await value(
    api.GET('/v1/services/{service}/gate/decisions', { params: { path } }),
  );
  // The newest first: the override made of what was denied a warning.
  expect(decisions.items?.map(d => [d.class, d.answer])).toEqual([
    ['feature', 'warn'],
    ['reliability', 'allow'],
    ['feature', 'deny'],
  ]);
});

it('tells of incidents with what became of them', async () => {
  const incidents = await all(items(api, '/v1/incidents'));
  expect(incidents.map(i => i.status).sort()).toEqual(
    [
      ...['investigating', 'mitigated'],
      ...['resolved', 'resolved', 'resolved', 'resolved'],
    ].sort(),
  );
  expect(incidents.filter(i => i.restricted)).toHaveLength(1);
  const postmortems = await all(items(api, '/v1/postmortems'));
  expect(postmortems.map(p => [p.incident.title, p.status]).sort()).toEqual([
    ['Nobody could pay for two hours', 'published'],
    ['Searches failed after a release', 'requested'],
  ]);
});

it('judges every service by both scorecards, and excuses what is excused', async () => {
  const exemptions = await all(items(api, '/v1/exemptions'));
  expect(
    exemptions.map(e => [e.service.slug, e.state, e.askedBy]).sort(),
  ).toEqual([
    ['search-indexer', 'in_force', 'Grace Lindqvist'],
    ['settlement', 'waiting', 'Ada Okafor'],
    ['shipping-labels', 'in_force', 'Nora Haddad'],
  ]);
  for (const scorecard of ['starter', 'production-readiness']) {
    const found = await value(
      api.GET('/v1/services/{service}/scorecards/{scorecard}', {
        params: { path: { service: 'checkout', scorecard } },
      }),
    );
    expect(found.checks?.length).toBeGreaterThan(0);
  }
});

it('changes nothing when it runs again', async () => {
  // Everything that somebody decided is in the audit log, by whomever; jobs that are asked for are
  // no decision, and what policies did by themselves meanwhile is not the seed's.
  const decided = async () =>
    (await all(items(api, '/v1/audit', { query: { limit: 200 } })))
      .filter(e => e.actor.kind === 'person' && !e.action.startsWith('job.'))
      .map(e => e.id);
  const before = await decided();
  expect(before.length).toBeGreaterThan(100);
  lines.length = 0;
  await run();
  expect(await decided()).toEqual(before);
  // Of measurements there is no audit: it says itself how many slots it pushed.
  expect(lines.find(line => line.includes('slots'))).toMatch(/: 0$/);
}, 60_000);
