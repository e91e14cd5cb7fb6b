import type { Schemas } from '@evenkeel/client';
import {
  DataTable,
  Section,
  Sub,
  percent,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';
import { Meter } from './Meter';
import { StateWord } from './StateWord';
import styles from './slos.module.css';
import { useWindowWords } from './words';

/** How the further objectives of an SLO stand, each over its own window; nothing where there are none. */
export function Standings(props: {
  slo: Schemas['SLO'];
  status: Schemas['SLOStatus'];
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { slo, status } = props;
  const windowOf = useWindowWords();
  if (status.furtherObjectives.length === 0) {
    return null;
  }
  return (
    <Section title={t('slos.further.title')}>
      <DataTable
        caption={t('slos.further.title')}
        head={[
          t('slos.form.name'),
          t('slos.list.state'),
          t('slos.figures.objective'),
          t('slos.figures.sli'),
          t('slos.figures.budget'),
        ]}
      >
        {status.furtherObjectives.map(standing => {
          const terms = slo.furtherObjectives.find(
            goal => goal.name === standing.name,
          );
          const { sli, remaining } = standing.window;
          return (
            <tr key={standing.name}>
              <th scope="row">{standing.name}</th>
              <td>
                <StateWord state={standing.state} />
              </td>
              <td className={styles.number}>
                {standing.objective.replace(/%$/, ' %')}
                {terms && <Sub>{windowOf(terms)}</Sub>}
              </td>
              <td className={styles.number}>
                {sli === null ? t('slos.unknown') : percent(sli, 3)}
              </td>
              <td className={styles.number}>
                {remaining === null ? t('slos.unknown') : percent(remaining, 1)}
                <Meter remaining={remaining} state={standing.state} />
              </td>
            </tr>
          );
        })}
      </DataTable>
    </Section>
  );
}
