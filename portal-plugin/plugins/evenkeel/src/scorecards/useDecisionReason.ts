import { useMe } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';
import { useScorecards } from './cards';
import { mayNotDecide } from './keeper';

/** Tells why whoever is signed in may not decide something that was asked for; undefined where they may. */
export function useDecisionReason(): (asked: {
  personId: string;
  scorecard: { slug: string };
}) => string | undefined {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const me = useMe();
  const cards = useScorecards();
  return asked => {
    if (!me.data || !cards.data) {
      return ''; // it is not known yet
    }
    const card = cards.data?.find(of => of.slug === asked.scorecard.slug);
    switch (mayNotDecide(me.data, card, asked)) {
      case 'asked':
        return t('scorecards.exempt.ownDecision');
      case 'notKeeper':
        return t('scorecards.exempt.notKeeper', {
          keeper: card?.owner
            ? t('scorecards.exempt.keeperTeam', { team: card.owner.slug })
            : t('scorecards.exempt.keeperAdmins'),
        });
      default:
        return undefined;
    }
  };
}
