import type { Schemas } from '@evenkeel/client';
import {
  DataTable,
  Nothing,
  number,
  percent,
  Section,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';
import { categories } from './data';
import styles from './toil.module.css';

/** What toil is made of: a Pareto of its kinds, the largest first, with what they come to together. */
export function Parts(props: { toil: Schemas['Toil'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const parts = [...props.toil.categories].sort(
    (a, b) => b.minutes - a.minutes,
  );
  const all = parts.reduce((sum, p) => sum + p.minutes, 0);
  if (all === 0) {
    return (
      <Section title={t('toil.parts.title')}>
        <Nothing title={t('toil.parts.none')}>
          {t('toil.parts.noneText')}
        </Nothing>
      </Section>
    );
  }
  let before = 0;
  return (
    <Section title={t('toil.parts.title')} note={t('toil.parts.summary')}>
      <DataTable
        caption={t('toil.parts.title')}
        head={[
          t('toil.parts.kind'),
          t('toil.parts.hours'),
          t('toil.parts.entries'),
          t('toil.parts.cumulative'),
        ]}
      >
        {parts.map(part => {
          before += part.minutes;
          const category = categories.find(c => c === part.category);
          return (
            <tr key={part.category}>
              <th scope="row">
                {category ? t(`toil.category.${category}`) : part.category}
                <span
                  aria-hidden
                  className={styles.bar}
                  style={{
                    width: `${(part.minutes / parts[0].minutes) * 100}%`,
                  }}
                />
              </th>
              <td className={styles.number}>
                {t('toil.units.hours', { hours: number(part.minutes / 60) })}
              </td>
              <td className={styles.number}>{part.entries}</td>
              <td className={styles.number}>{percent(before / all, 0)}</td>
            </tr>
          );
        })}
      </DataTable>
    </Section>
  );
}
