import {
  Facts,
  Section,
  Shown,
  Word,
  ago,
  duration,
  number,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';
import { useCollection, type Name } from './data';

/** How reading an SLO's measurements from its data source goes. */
export function Collected(props: { of: Name }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const collection = useCollection(props.of);
  return (
    <Section title={t('slos.collection.title')}>
      <Shown what={t('slos.collection.title')} read={collection}>
        {c => (
          <Facts
            facts={[
              [
                t('slos.list.state'),
                c.failure ? (
                  <Word tone="bad">
                    {t('slos.collection.fails', {
                      since: c.failingSince ? ago(c.failingSince) : '',
                    })}
                  </Word>
                ) : (
                  <Word tone={c.succeededAt ? 'good' : 'unknown'}>
                    {t(
                      c.succeededAt
                        ? 'slos.collection.works'
                        : 'slos.collection.notYet',
                    )}
                  </Word>
                ),
              ],
              c.failure && [t('slos.collection.why'), c.failure.message],
              [t('slos.promise.source'), c.source.slug],
              [
                t('slos.collection.last'),
                c.succeededAt ? ago(c.succeededAt) : t('slos.unknown'),
              ],
              [t('slos.collection.lag'), duration(c.lagSeconds)],
              [
                t('slos.collection.missing'),
                Object.keys(c.missing).length > 0
                  ? Object.entries(c.missing)
                      .map(([reason, slots]) => `${reason}: ${number(slots)}`)
                      .join(', ')
                  : number(c.missingSlots),
              ],
              c.backfills.length > 0
                ? [
                    t('slos.collection.backfills'),
                    c.backfills.map(b => b.state).join(', '),
                  ]
                : undefined,
            ]}
          />
        )}
      </Shown>
    </Section>
  );
}
