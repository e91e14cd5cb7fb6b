import type { Schemas } from '@evenkeel/client';
import { moment } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { allows, useActReason, type CodeWords } from '../acts/reason';
import { useService } from '../service/data';
import { evenkeelTranslationRef } from '../translation';
import { usePolicy, type Said } from './data';

type Violation = Schemas['Violation'];

/** What each thing that is said about a violation is to the API. */
const acts = {
  acknowledge: 'acknowledge',
  dispute: 'dispute',
  leave: 'exit_early',
  rule: 'decide_dispute',
} as const;

/** What can be done about a violation. */
export type Offer = {
  act: Said['act'];
  /** Why whoever is signed in may not; undefined where they may. */
  reason: string | undefined;
};

/** Tells why whoever is signed in may not say something about a violation; undefined where they may. */
export function useSayReason(): (
  violation: Violation,
  act: Said['act'],
  ofPage?: CodeWords,
) => string | undefined {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const why = useActReason();
  return (violation, act, ofPage) => {
    const { endedAt, handling } = violation;
    const { dispute, earlyExit } = handling;
    const ruling = dispute?.ruling;
    const ruled =
      ruling &&
      t(`violations.handled.${ruling.outcome}`, {
        who: ruling.by,
        note: ruling.note,
      });
    return why(violation, acts[act], {
      violation_ended:
        endedAt === null
          ? undefined
          : t('violations.ended', { when: moment(endedAt) }),
      not_disputed: ruled,
      violation_void: ruled,
      already_exited:
        earlyExit &&
        t('violations.handled.leftEarly', {
          who: earlyExit.by,
          done: earlyExit.done,
        }),
      ...ofPage,
    });
  };
}

/** Tells what can be done about a violation, and why not by whoever is signed in. */
export function useOffers(violation: Violation): Offer[] {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const why = useSayReason();
  const service = useService(violation.service.slug);
  const policy = usePolicy(violation.policy.slug);
  const { dispute, earlyExit } = violation.handling;
  const team = service.data?.value.team.slug;
  const clause = policy.data?.clauses.find(c => c.name === violation.clause);
  // Whose it is has a name, once that is read.
  const ofTeam = team ? t('violations.ofTeam', { team }) : undefined;
  const reasonOf = (act: Said['act']) =>
    why(violation, act, { forbidden: service.isPending ? '' : ofTeam });

  const offered: Said['act'][] = ['acknowledge'];
  offered.push(!dispute || dispute.ruling ? 'dispute' : 'rule');
  if (
    allows(violation, acts.leave) ||
    (violation.mode === 'enforce' && clause?.freeze?.earlyExit && !earlyExit)
  ) {
    offered.push('leave');
  }
  return offered.map(act => ({ act, reason: reasonOf(act) }));
}
