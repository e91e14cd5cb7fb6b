import type { WorldObjective } from './objectives';
import { SLOT_MS, slotsOf } from './slots';

const steady: WorldObjective = {
  service: 'a',
  slug: 'b',
  name: 'B',
  category: 'availability',
  objective: '99%',
  goodEvent: '',
  rationale: '',
  peak: 1,
  steady: true,
  bad: 0,
};
const now = Date.UTC(2026, 10, 27, 12, 2);
const DAY = 86_400_000;

it('gives slots that are over, and are aligned', () => {
  const slots = slotsOf(steady, now - DAY, now);
  // From 12:02 to 12:02: the first begins at 12:05, the last ends at 12:00.
  expect(slots).toHaveLength(287);
  expect(slots[0].start).toBe('2026-11-26T12:05:00.000Z');
  expect(slots[286].start).toBe('2026-11-27T11:55:00.000Z');
});

it('goes on where it ended with the same events as at once', () => {
  const busy = { ...steady, peak: 1_000, steady: false, bad: 0.01 };
  const middle = now - 7 * SLOT_MS;
  const parts = [
    ...slotsOf(busy, now - DAY, middle),
    ...slotsOf(busy, Math.floor(middle / SLOT_MS) * SLOT_MS, now),
  ];
  expect(parts).toEqual(slotsOf(busy, now - DAY, now));
});

it('has the share of bad events that is asked for', () => {
  const busy = { ...steady, peak: 1_000, bad: 0.01 };
  const slots = slotsOf(busy, now - 28 * DAY, now);
  const sum = (of: (slot: (typeof slots)[number]) => number) =>
    slots.reduce((total, slot) => total + of(slot), 0);
  const share = 1 - sum(s => s.good ?? 0) / sum(s => s.total);
  // Rounding by chance is off by less than one in each of 8,063 slots of about 960 events, and by
  // no more than 0.5 × √8,063 / 7,740,480, 0.00001, as a rule: here are five times of that.
  expect(Math.abs(share - 0.01)).toBeLessThan(0.00005);
});

it('makes trouble when there is some, and is silent since it is', () => {
  const troubled = {
    ...steady,
    troubles: [{ begin: { daysAgo: 1, hour: 6 }, hours: 1.5, bad: 1 }],
    silentHours: 3,
  };
  const slots = slotsOf(troubled, now - 2 * DAY, now);
  // An hour and a half are 18 slots.
  const bad = slots.filter(slot => slot.good === 0).map(slot => slot.start);
  expect(bad).toHaveLength(18);
  expect(bad[0]).toBe('2026-11-26T06:00:00.000Z');
  expect(slots.at(-1)?.start).toBe('2026-11-27T08:55:00.000Z');
});
