/**
 * The week before the one of a moment, as ISO 8601 names it: "2026-W47". A week belongs to the
 * year of its Thursday. Days are those of UTC, as in the API.
 */
export function weekBefore(now: Date): string {
  const thursday = new Date(
    Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()),
  );
  thursday.setUTCDate(
    thursday.getUTCDate() - ((thursday.getUTCDay() + 6) % 7) + 3 - 7,
  );
  const year = thursday.getUTCFullYear();
  const first = Date.UTC(year, 0, 1);
  const week = Math.floor((thursday.getTime() - first) / 604_800_000) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}

/** The quarter of a moment: "2026-Q4", in UTC as in the API. */
export function quarterOf(now: Date): string {
  return `${now.getUTCFullYear()}-Q${Math.floor(now.getUTCMonth() / 3) + 1}`;
}
