import { quarterOf, weekBefore } from './week';

// Weeks from a printed calendar: 2020 and 2026 have 53.
it.each([
  ['2026-11-28T05:54:00Z', '2026-W47'],
  ['2026-11-30T00:00:00Z', '2026-W48'],
  ['2026-11-29T23:59:59Z', '2026-W47'],
  ['2021-01-04T00:00:00Z', '2020-W53'],
  ['2021-01-03T12:00:00Z', '2020-W52'],
  ['2027-01-04T12:00:00Z', '2026-W53'],
  ['2025-01-01T12:00:00Z', '2024-W52'],
])('before %s is %s', (now, week) => {
  expect(weekBefore(new Date(now))).toBe(week);
});

it.each([
  ['2026-03-31T23:59:59Z', '2026-Q1'],
  ['2026-10-01T00:00:00Z', '2026-Q4'],
])('%s is in %s', (now, quarter) => {
  expect(quarterOf(new Date(now))).toBe(quarter);
});
