const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * A time in the past: so many hours before now, or an hour of a day in UTC so many days before
 * today, which is at least one.
 */
export type Moment = { hoursAgo: number } | { daysAgo: number; hour: number };

/** When that was, in milliseconds, to the five minutes before it. */
export function timeOf(moment: Moment, now: number): number {
  const at =
    'hoursAgo' in moment
      ? now - moment.hoursAgo * HOUR_MS
      : (Math.floor(now / DAY_MS) - moment.daysAgo) * DAY_MS +
        moment.hour * HOUR_MS;
  return Math.floor(at / 300_000) * 300_000;
}

/** When that was, as the API takes it, or so many minutes later. */
export function textOf(moment: Moment, now: number, minutes = 0): string {
  return new Date(timeOf(moment, now) + minutes * 60_000).toISOString();
}

/** The day that is so many days after today, or before it. */
export function dayOf(days: number, now: number): string {
  return new Date(now + days * DAY_MS).toISOString().slice(0, 10);
}
