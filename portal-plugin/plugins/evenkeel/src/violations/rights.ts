import type { Schemas } from '@evenkeel/client';
import { belongs, useMe } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { useService } from '../service/data';
import { evenkeelTranslationRef } from '../translation';
import { usePolicy, type Said } from './data';

/** What can be done about a violation. */
export type Offer = {
  act: Said['act'];
  /** Why whoever is signed in may not; undefined where they may. */
  reason: string | undefined;
};

/** Tells what can be done about a violation, and why not by whoever is signed in. */
export function useOffers(violation: Schemas['Violation']): Offer[] {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const me = useMe().data;
  const service = useService(violation.service.slug);
  const policy = usePolicy(violation.policy.slug);
  const { acknowledgement, dispute, earlyExit } = violation.handling;
  const team = service.data?.value.team.slug;
  const clause = policy.data?.clauses.find(c => c.name === violation.clause);
  const approves =
    me !== undefined &&
    (me.administrator || me.person?.id === policy.data?.approval.approver);

  const ofTeam = (): string | undefined => {
    if (team === undefined) {
      return service.isError ? t('violations.noTeam') : '';
    }
    return belongs(me, team) ? undefined : t('violations.ofTeam', { team });
  };
  const ofApprover = (own: string | undefined, by: string | undefined) => {
    if (!me?.administrator && policy.isPending) {
      return '';
    }
    if (!approves) {
      return t('violations.ofApprover', { policy: violation.policy.slug });
    }
    return by !== undefined && by === me?.name ? own : undefined;
  };

  const offers: Offer[] = [{ act: 'acknowledge', reason: ofTeam() }];
  if (!dispute || dispute.ruling) {
    // Who may not do the one may not do the other, which is said once.
    if (ofTeam() === undefined) {
      offers.push({ act: 'dispute', reason: undefined });
    }
  } else {
    offers.push({
      act: 'rule',
      reason: ofApprover(
        t('violations.ownDispute', { who: dispute.by }),
        dispute.by,
      ),
    });
  }
  if (violation.mode === 'enforce' && clause?.freeze?.earlyExit && !earlyExit) {
    offers.push({
      act: 'leave',
      reason: acknowledgement
        ? ofApprover(
            t('violations.ownPlan', { who: acknowledgement.by }),
            acknowledgement.by,
          )
        : t('violations.notAcknowledged'),
    });
  }
  return offers;
}
