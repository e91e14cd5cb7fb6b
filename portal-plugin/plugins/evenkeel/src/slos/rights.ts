import { belongs, useDenied, useMe } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { useService } from '../service/data';
import { evenkeelTranslationRef } from '../translation';

/** Whether whoever is signed in may change the SLOs of a service. */
export type Right = {
  /** Undefined until it is known. */
  may: boolean | undefined;
  /** Who may, or that the portal lets them change nothing, where they may not. */
  reason: string | undefined;
  /** Why it cannot be told. */
  error: Error | null;
};

/** Tells whether whoever is signed in may change the SLOs of a service. */
export function useRight(service: string): Right {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const me = useMe();
  const owned = useService(service);
  const team = owned.data?.value.team.slug;
  const denied = useDenied();
  if (denied !== undefined) {
    return { may: false, reason: denied, error: null };
  }
  const may =
    me.data === undefined || team === undefined
      ? undefined
      : belongs(me.data, team);
  return {
    may,
    reason:
      may === false && team !== undefined
        ? t('slos.page.notYours', { team })
        : undefined,
    error: me.error ?? owned.error,
  };
}
