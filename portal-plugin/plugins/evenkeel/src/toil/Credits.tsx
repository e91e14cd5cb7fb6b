import type { Schemas } from '@evenkeel/client';
import { number, Section } from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';
import styles from './toil.module.css';

/** What automation did instead of people; nothing where none reported anything. */
export function Credits(props: { credits: readonly Schemas['ToilCredit'][] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  if (props.credits.length === 0) {
    return null;
  }
  return (
    <Section title={t('toil.credits.title')} note={t('toil.credits.summary')}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t('toil.credits.what')}</th>
            <th scope="col">{t('toil.credits.times')}</th>
            <th scope="col">{t('toil.credits.hours')}</th>
          </tr>
        </thead>
        <tbody>
          {props.credits.map(c => (
            <tr key={`${c.name} ${c.service?.id}`}>
              <th scope="row">
                {c.name}
                <span className={styles.sub}>{c.service?.slug}</span>
              </th>
              <td className={styles.number}>{number(c.count, 0)}</td>
              <td className={styles.number}>{number(c.hours)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
