import type { Schemas } from '@evenkeel/client';

/** How long before its end a team is to think of an exemption, in milliseconds: 14 days. */
const SOON = 14 * 86_400_000;

/** Whether an exemption ends within 14 days. */
export function endsSoon(
  exemption: Pick<Schemas['Exemption'], 'until'>,
  now: Date = new Date(),
): boolean {
  return new Date(exemption.until).getTime() - now.getTime() < SOON;
}
