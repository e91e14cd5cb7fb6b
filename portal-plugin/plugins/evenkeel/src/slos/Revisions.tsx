import {
  DataTable,
  More,
  Section,
  Shown,
  Sub,
  day,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';
import { useRevisions, type Name } from './data';
import styles from './slos.module.css';
import { useWindowWords } from './words';

/** What was promised when, and why. */
export function Revisions(props: { of: Name }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const revisions = useRevisions(props.of);
  const windowOf = useWindowWords();
  return (
    <Section title={t('slos.revisions.title')}>
      <Shown what={t('slos.revisions.title')} read={revisions}>
        {found => (
          <>
            <DataTable
              caption={t('slos.revisions.title')}
              head={[
                t('slos.revisions.number'),
                t('slos.revisions.since'),
                t('slos.figures.objective'),
                t('slos.promise.why'),
              ]}
            >
              {found.map(r => (
                <tr key={r.id}>
                  <th scope="row">{r.number}</th>
                  <td className={styles.number}>
                    {day(r.createdAt)}
                    <Sub>{r.createdBy}</Sub>
                  </td>
                  <td className={styles.number}>
                    {r.objective.replace(/%$/, ' %')}
                    <Sub>{windowOf(r)}</Sub>
                  </td>
                  <td>{r.rationale || t('slos.none')}</td>
                </tr>
              ))}
            </DataTable>
            <More of={revisions} />
          </>
        )}
      </Shown>
    </Section>
  );
}
