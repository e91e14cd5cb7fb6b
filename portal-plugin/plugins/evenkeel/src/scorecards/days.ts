/** The first moment of a day in the reader's time zone, as the API takes it; as it is where it is no day. */
export function startOf(day: string): string {
  const at = new Date(`${day}T00:00:00`);
  return Number.isNaN(at.getTime()) ? day : at.toISOString();
}

/** The day some days from now in the reader's time zone: "2026-12-28". */
export function dayIn(days: number, now: Date = new Date()): string {
  const at = new Date(now);
  at.setDate(at.getDate() + days);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
