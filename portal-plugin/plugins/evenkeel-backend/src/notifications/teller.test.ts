/** @jest-environment node */
import { mockServices } from '@backstage/backend-test-utils';
import type { Schemas } from '@evenkeel/client';

import { ownClient } from '../api/client';
import { StandIn } from '../__testUtils__/standin';
import { testDatabase, type TestDatabase } from '../__testUtils__/database';
import { Ledger } from './ledger';
import { Teller } from './teller';

// A database of its own is made for each, which takes as long as the machine lets it.
jest.setTimeout(60_000);

const start = new Date('2026-11-28T06:00:00Z');
const minutes = (n: number) => new Date(start.getTime() + n * 60_000);

let number = 0;

function event(
  toldAt: Date,
  changed: Partial<Schemas['Event']> = {},
): Schemas['Event'] {
  number++;
  const id = `01JD9Z7P6M5W8Q3K2N4T6V8${String(number).padStart(3, '0')}`;
  return {
    id,
    type: 'violation.opened',
    urgency: 'soon',
    matter: `violation/${id}`,
    over: false,
    at: toldAt.toISOString(),
    toldAt: toldAt.toISOString(),
    team: { id: 't1', slug: 'payments' },
    service: { id: 's1', slug: 'checkout' },
    subject: 'checkout/availability',
    title: 'checkout/availability has spent its budget',
    text: 'Changes wait until it recovers.',
    link: `/violations/${id}`,
    figures: [],
    outcome: 'nobody',
    note: '',
    ...changed,
  };
}

let api: StandIn;
let database: TestDatabase;
let events: Schemas['Event'][];
const send = jest.fn();

beforeAll(async () => {
  api = await StandIn.start();
});

afterAll(() => api.stop());

beforeEach(async () => {
  database = await testDatabase();
  events = [];
  send.mockReset();
  // In pages of two, the newest first.
  api.answer = (req, res) => {
    const { searchParams } = new URL(req.url ?? '', api.url);
    const from = Number(searchParams.get('after') ?? 0);
    const newest = [...events].sort((a, b) => b.toldAt.localeCompare(a.toldAt));
    const items = newest.slice(from, from + 2);
    const next = from + 2 < newest.length ? String(from + 2) : undefined;
    res.setHeader('Content-Type', 'application/json');
    res.end(JSON.stringify({ items, next }));
  };
});

afterEach(() => database.remove());

/** A run of a portal that was just started at a time, with what the database holds. */
async function run(now: Date) {
  const settings = {
    baseUrl: api.url,
    audience: 'evenkeel-api',
    timeoutMs: 10_000,
  };
  const teller = new Teller({
    api: ownClient(settings, mockServices.auth()),
    ledger: await Ledger.open(database.service, now),
    logger: mockServices.logger.mock(),
    notifications: { send },
    groupNamespace: 'default',
  });
  return teller.runOnce();
}

const titles = () => send.mock.calls.map(([sent]) => sent.payload.title);

it('tells each new event once, the oldest first, also after a restart', async () => {
  events = [event(minutes(-1), { title: 'before there was a portal' })];
  expect(await run(start)).toEqual({ told: 0 });

  for (const n of [1, 2, 3, 4, 5]) {
    events.push(event(minutes(n), { title: `event ${n}` }));
  }
  expect(await run(minutes(6))).toEqual({ told: 5 });
  expect(titles()).toEqual([1, 2, 3, 4, 5].map(n => `event ${n}`));

  expect(await run(minutes(7))).toEqual({ told: 0 });
  events.push(event(minutes(8), { title: 'event 8' }));
  expect(await run(minutes(9))).toEqual({ told: 1 });
  expect(titles().at(-1)).toBe('event 8');
});

it('tells one that comes to be seen after one that was told later', async () => {
  await run(start);
  events.push(event(minutes(5)));
  await run(minutes(6));
  events.push(event(minutes(4), { title: 'committed late' }));
  expect(await run(minutes(7))).toEqual({ told: 1 });
  expect(titles().at(-1)).toBe('committed late');
});

it('goes on with what could not be told', async () => {
  await run(start);
  events.push(event(minutes(1), { title: 'one' }));
  events.push(event(minutes(2), { title: 'two' }));
  events.push(event(minutes(3), { title: 'three' }));
  send.mockResolvedValueOnce(undefined);
  send.mockRejectedValueOnce(new Error('notifications are away'));
  await expect(run(minutes(4))).rejects.toThrow('notifications are away');
  expect(await run(minutes(5))).toEqual({ told: 2 });
  expect(titles()).toEqual(['one', 'two', 'two', 'three']);
});

it('tells the team, in one place for a matter, and where the portal shows it', async () => {
  await run(start);
  events.push(
    event(minutes(1), { matter: 'violation/V', urgency: 'interrupt' }),
  );
  await run(minutes(2));
  expect(send).toHaveBeenCalledWith({
    recipients: { type: 'entity', entityRef: 'group:default/payments' },
    payload: {
      title: 'checkout/availability has spent its budget',
      description: 'Changes wait until it recovers.',
      link: '/evenkeel/services/checkout',
      severity: 'high',
      topic: 'violation.opened',
      scope: 'evenkeel/violation/V',
    },
  });
});

it.each([
  ['action_item.overdue', '/incidents/I#actions', '/evenkeel/incidents/I'],
  ['exemption.expiring', '/exemptions/X', '/evenkeel/scorecards/exemptions'],
  ['violation.opened', '/violations/V', '/evenkeel/services/checkout'],
])('leads from %s at %s to %s', async (type, link, place) => {
  await run(start);
  events.push(event(minutes(1), { type, link }));
  await run(minutes(2));
  expect(send.mock.calls[0][0].payload.link).toBe(place);
});

it('tells nobody of what is of no team, or not for the portal', async () => {
  await run(start);
  events.push(event(minutes(1), { team: undefined }));
  events.push(event(minutes(2), { type: 'toil.asked' }));
  expect(await run(minutes(3))).toEqual({ told: 0 });
  expect(send).not.toHaveBeenCalled();
});

it('keeps no more than is needed to know what was told', async () => {
  await run(start);
  events = [event(minutes(1))];
  await run(minutes(2));
  events = [event(minutes(3 * 24 * 60))];
  await run(minutes(3 * 24 * 60 + 1));
  await run(minutes(3 * 24 * 60 + 2));
  const client = await database.service.getClient();
  expect(await client('evenkeel_told').pluck('event')).toEqual([events[0].id]);
});
