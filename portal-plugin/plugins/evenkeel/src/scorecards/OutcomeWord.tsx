import { Word, resultTones } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';
import { outcomeWords, type Outcome } from './outcomes';

/** What a check came to, as a word. */
export function OutcomeWord(props: { outcome: Outcome }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  return (
    <Word tone={resultTones[props.outcome]}>
      {t(outcomeWords[props.outcome])}
    </Word>
  );
}
