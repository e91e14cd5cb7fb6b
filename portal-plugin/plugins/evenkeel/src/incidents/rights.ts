import type { Schemas } from '@evenkeel/client';
import { belongs, useMe } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';

/**
 * Why whoever is signed in does not change an incident of a team: its status, what is known, its
 * timeline and its actions; undefined where they do.
 */
export function useChangeReason(team: string): string | undefined {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const me = useMe();
  return belongs(me.data, team)
    ? undefined
    : t('incidents.change.members', { team });
}

/**
 * Why whoever is signed in does not write the postmortem of an incident, which people in its roles
 * do too; undefined where they do.
 */
export function useWriteReason(
  incident: Schemas['Incident'],
): string | undefined {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const me = useMe();
  const person = me.data?.person?.id;
  return belongs(me.data, incident.team.slug) ||
    (person && Object.values(incident.roles ?? {}).includes(person))
    ? undefined
    : t('incidents.postmortem.writers', { team: incident.team.slug });
}

/** The identifier of whoever is signed in; undefined while that is not known, and of no person. */
export function useMyself(): string | undefined {
  return useMe().data?.person?.id;
}
