import type { Schemas } from '@evenkeel/client';
import {
  Facts,
  Section,
  Word,
  number,
  percent,
  type Tone,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';

const tones: Record<Schemas['Certainty']['verdict'], Tone> = {
  met: 'good',
  breached: 'bad',
  undetermined: 'unknown',
};

/** How sure the events of the window make a verdict; nothing where the SLO states no confidence. */
export function Sureness(props: {
  slo: Schemas['SLO'];
  status: Schemas['SLOStatus'];
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { verdict } = props.status;
  if (!verdict) {
    return null;
  }
  const { lower, upper } = verdict.bounds;
  return (
    <Section
      title={t('slos.certainty.title')}
      note={t('slos.certainty.note', { confidence: verdict.confidence })}
    >
      <Facts
        facts={[
          [
            t('slos.certainty.verdict'),
            <Word key="verdict" tone={tones[verdict.verdict]}>
              {t(`slos.certainty.${verdict.verdict}`)}
            </Word>,
          ],
          [
            t('slos.certainty.bounds'),
            lower === null || upper === null
              ? t('slos.unknown')
              : `${percent(lower, 3)} – ${percent(upper, 3)}`,
          ],
          [
            t('slos.certainty.needed'),
            verdict.eventsNeeded === null
              ? t('slos.none')
              : number(verdict.eventsNeeded, 0),
          ],
        ]}
      />
    </Section>
  );
}
