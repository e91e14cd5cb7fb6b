import type { Schemas } from '@evenkeel/client';
import {
  DataTable,
  Section,
  Sub,
  Word,
  percent,
  type Tone,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { SLOLink, ServiceLink } from '../scorecards/links';
import { evenkeelTranslationRef } from '../translation';
import styles from './slos.module.css';

const tones: Record<Schemas['CompositePart']['counts'], Tone> = {
  measured: 'good',
  left_out: 'info',
  good: 'info',
  bad: 'bad',
  unknown: 'unknown',
};

/** What each member has of a composite SLO, and how much of its budget it burns. */
export function CompositeMembers(props: {
  status: Schemas['CompositeStatus'];
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const share = (of: number | null, digits: number) =>
    of === null ? t('slos.unknown') : percent(of, digits);
  return (
    <Section
      title={t('slos.composite.parts')}
      note={t('slos.composite.partsNote')}
    >
      <DataTable
        caption={t('slos.composite.parts')}
        head={[
          t('slos.list.slo'),
          t('slos.composite.counts'),
          t('slos.composite.weight'),
          t('slos.figures.sli'),
          t('slos.composite.burned'),
          t('slos.composite.share'),
        ]}
      >
        {props.status.members.map(m => (
          <tr key={m.slo.id}>
            <th scope="row">
              <SLOLink service={m.service.slug} slo={m.slo.slug} />
              <Sub>
                <ServiceLink service={m.service.slug} />
              </Sub>
            </th>
            <td>
              <span className={styles.words}>
                <Word tone={tones[m.counts]}>
                  {t(`slos.composite.as.${m.counts}`)}
                </Word>
                {m.stale && m.latest !== null && (
                  <Word tone="stale">{t('slos.stale')}</Word>
                )}
                {m.retired && <Word tone="info">{t('slos.retired')}</Word>}
              </span>
            </td>
            <td className={styles.number}>{m.weight}</td>
            <td className={styles.number}>{share(m.sli, 3)}</td>
            <td className={styles.number}>{share(m.burned, 1)}</td>
            <td className={styles.number}>{share(m.share, 0)}</td>
          </tr>
        ))}
      </DataTable>
    </Section>
  );
}
