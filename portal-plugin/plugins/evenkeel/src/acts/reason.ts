import type { Schemas } from '@evenkeel/client';
import { useDenied } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { sentence } from '../sentence';
import { evenkeelTranslationRef } from '../translation';

type Act = Schemas['Act'];

/** Something of which the API tells what whoever is signed in may do to it. */
export type Actable = { acts: readonly Act[] };

/** Words of codes that a page has better ones for, such as with the name of the team. */
export type CodeWords = Readonly<Record<string, string | undefined>>;

type Word = 'acts.notAcknowledged' | 'acts.ownRequest';

/** Codes that have words here; of the others the API's own are shown. */
const words = new Map<string, Word>([
  ['not_acknowledged', 'acts.notAcknowledged'],
  ['own_exemption', 'acts.ownRequest'],
  ['own_launch_review', 'acts.ownRequest'],
]);

/** Whether the API lets whoever is signed in do it. */
export function allows(of: Actable, act: Act['act']): boolean {
  return of.acts.some(told => told.act === act && told.allowed);
}

/**
 * Tells why whoever is signed in may not do something: in the words of the page, or of here, for
 * the code that the API gives, else in the API's own. Undefined where they may, and empty where
 * the API says nothing of it.
 */
export function useActReason(): (
  of: Actable,
  act: Act['act'],
  ofPage?: CodeWords,
) => string | undefined {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const denied = useDenied();
  return (of, act, ofPage = {}) => {
    const told = of.acts.find(one => one.act === act);
    if (denied !== undefined || told?.allowed) {
      return denied;
    }
    const { code = '', reason = '' } = told ?? {};
    const known = words.get(code);
    return ofPage[code] ?? (known ? t(known) : reason && sentence(reason));
  };
}
