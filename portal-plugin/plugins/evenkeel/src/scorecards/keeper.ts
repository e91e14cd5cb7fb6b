import { belongs } from '@evenkeel/plugin-evenkeel-react';
import type { Schemas } from '@evenkeel/client';

/** Why somebody may not decide what is asked for by a scorecard. */
export type Refusal = 'asked' | 'notKeeper';

/**
 * Whether somebody may decide an exemption or a launch review: a person of the team that keeps the
 * scorecard or an administrator, who is another than who asked. Undefined where they may.
 */
export function mayNotDecide(
  me: Schemas['Me'] | undefined,
  card: Pick<Schemas['Scorecard'], 'owner'> | undefined,
  asked: { personId: string },
): Refusal | undefined {
  const keeps = card?.owner
    ? belongs(me, card.owner.slug)
    : me?.administrator === true;
  if (!keeps) {
    return 'notKeeper';
  }
  return me?.person?.id === asked.personId ? 'asked' : undefined;
}
