import type { Schemas } from '@evenkeel/client';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { useActReason, type Actable } from '../acts/reason';
import { useService } from '../service/data';
import { evenkeelTranslationRef } from '../translation';
import { useScorecards } from './cards';

type Act = Schemas['Act']['act'];

/**
 * Tells why whoever is signed in may not decide what was asked for by a scorecard, with the name
 * of the team that keeps it; undefined where they may.
 */
export function useDecisionReason(): (
  asked: Actable & { scorecard: Schemas['Ref'] },
  act: Act,
) => string | undefined {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const why = useActReason();
  const cards = useScorecards();
  return (asked, act) => {
    const card = cards.data?.find(of => of.slug === asked.scorecard.slug);
    const keeper = t('scorecards.exempt.notKeeper', {
      keeper: card?.owner
        ? t('scorecards.exempt.keeperTeam', { team: card.owner.slug })
        : t('scorecards.exempt.keeperAdmins'),
    });
    // Where the scorecard cannot be read the API's own words do.
    return why(asked, act, {
      forbidden: cards.isPending ? '' : card && keeper,
    });
  };
}

/**
 * Why whoever is signed in may not do what is for the team of a service, with its name; undefined
 * where they may.
 *
 * @param ofTeam - says that it is for members of the team
 */
export function useTeamReason(
  asked: Actable & { service: Schemas['Ref'] },
  act: Act,
  ofTeam: (team: string) => string,
): string | undefined {
  const why = useActReason();
  const forbidden = asked.acts.some(
    of => of.act === act && of.code === 'forbidden',
  );
  // Its name is asked for where it has to be said.
  const service = useService(forbidden ? asked.service.slug : undefined);
  const team = service.data?.value.team.slug;
  return why(asked, act, {
    forbidden: forbidden && service.isPending ? '' : team && ofTeam(team),
  });
}
