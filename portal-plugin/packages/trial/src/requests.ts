/** A request that a page made, in milliseconds of the same clock. */
export type Asked = { what: string; began: number; ended: number };

/**
 * The longest row of requests of which each began after the one before had been answered: what a
 * page waits for in turn, where it could have asked at once or not at all.
 */
export function chainOf(asked: Asked[]): string[] {
  const sorted = [...asked].sort((a, b) => a.began - b.began);
  const best: string[][] = [];
  sorted.forEach((request, at) => {
    let before: string[] = [];
    for (let i = 0; i < at; i++) {
      if (sorted[i].ended <= request.began && best[i].length > before.length) {
        before = best[i];
      }
    }
    best.push([...before, request.what]);
  });
  return best.reduce<string[]>(
    (longest, row) => (row.length > longest.length ? row : longest),
    [],
  );
}

/** What was asked more than once. */
export function twiceIn(asked: Asked[]): string[] {
  const names = asked.map(({ what }) => what);
  return [...new Set(names.filter((name, at) => names.indexOf(name) < at))];
}

/** The middle one of numbers, or the mean of the two in the middle. */
export function medianOf(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2
    ? sorted[half]
    : (sorted[half - 1] + sorted[half]) / 2;
}
