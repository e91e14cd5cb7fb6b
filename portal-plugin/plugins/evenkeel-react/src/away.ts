import { problemIn } from './problem';

/** The first wait after the API did not answer, and the longest, in milliseconds. */
const FIRST = 5_000;
const LONGEST = 60_000;

/** What is read, and how often that failed. */
type Asked = { state: { error: Error | null; errorUpdateCount: number } };

/** A wait, in milliseconds from a time on: how often it had failed by then, and had been waited for. */
type Away = { failed: number; times: number; wait: number; from: number };

const away = new WeakMap<object, Away>();

/** Whether the API did not answer, or the portal did not: what passes by itself. */
export function isAway(error: Error | null): boolean {
  const problem = problemIn(error);
  return (
    error !== null && (!problem || [502, 503, 504].includes(problem.status))
  );
}

/**
 * Milliseconds after which something is read again: as `usual` says, and soon where the API did not
 * answer the last time. Then it waits twice as long each time, up to a minute and at least half of
 * that, so that an API that comes back is not asked by every page at once. Who asks before, by
 * opening a page or looking at it again, begins with the shortest.
 */
export function againAfter(
  asked: Asked,
  usual: number | false,
): number | false {
  const { error, errorUpdateCount } = asked.state;
  if (!isAway(error)) {
    return usual;
  }
  const before = away.get(asked);
  // How long it waits is asked for whenever something is drawn; it is decided once for each wait.
  if (before?.failed === errorUpdateCount) {
    return before.wait;
  }
  const from = Date.now();
  const waited = before && from - before.from >= before.wait;
  const times = waited ? before.times + 1 : 0;
  const longest = Math.min(LONGEST, FIRST * 2 ** times);
  const wait = longest * (1 - Math.random() / 2);
  away.set(asked, { failed: errorUpdateCount, times, wait, from });
  return wait;
}

/** Whether something was read now for which the API had not answered before. */
export function cameBack(asked: object): boolean {
  return away.delete(asked);
}
