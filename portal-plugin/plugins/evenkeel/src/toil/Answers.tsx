import {
  DataTable,
  Nothing,
  Section,
  Shown,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';
import { useAnswers } from './data';
import styles from './toil.module.css';

/** What whoever is signed in answered of the last weeks; nobody else sees it. */
export function Answers(props: { team: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const answers = useAnswers(props.team);
  return (
    <Section
      title={t('toil.question.before')}
      note={t('toil.entries.privately')}
    >
      <Shown what={t('toil.question.before')} read={answers}>
        {({ items }) =>
          items?.length ? (
            <DataTable
              caption={t('toil.question.before')}
              head={[
                t('toil.trend.week'),
                t('toil.trend.shareOf'),
                t('toil.question.cause'),
                t('toil.question.away'),
              ]}
            >
              {items.map(a => (
                <tr key={a.week}>
                  <th scope="row" className={styles.number}>
                    {a.week}
                  </th>
                  <td className={styles.number}>
                    {t('toil.units.percent', { share: String(a.share) })}
                  </td>
                  <td>
                    {a.category ? t(`toil.category.${a.category}`) : '–'}
                    <span className={styles.sub}>{a.note}</span>
                  </td>
                  <td className={styles.number}>{a.daysAway ?? 0}</td>
                </tr>
              ))}
            </DataTable>
          ) : (
            <Nothing title={t('toil.question.beforeNone')}>
              {t('toil.question.beforeNoneText')}
            </Nothing>
          )
        }
      </Shown>
    </Section>
  );
}
