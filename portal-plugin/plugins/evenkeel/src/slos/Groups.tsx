import {
  DataTable,
  More,
  Nothing,
  Section,
  Shown,
  number,
  percent,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';
import { StateWord } from './StateWord';
import { useGroups, type Name } from './data';
import styles from './slos.module.css';

/** The parts of an SLO that have budgets of their own, the least first. */
export function Groups(props: { of: Name; groupBy: string }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const groups = useGroups(props.of);
  return (
    <Section title={t('slos.groups.title', { by: props.groupBy })}>
      <Shown what={t('slos.groups.what')} read={groups}>
        {found =>
          found.length === 0 ? (
            <Nothing title={t('slos.groups.none')} />
          ) : (
            <>
              <DataTable
                caption={t('slos.groups.title', { by: props.groupBy })}
                head={[
                  props.groupBy,
                  t('slos.list.state'),
                  t('slos.figures.sli'),
                  t('slos.figures.budget'),
                  t('slos.groups.events'),
                ]}
              >
                {found.map(g => (
                  <tr key={g.group}>
                    <th scope="row">{g.group}</th>
                    <td>
                      <StateWord state={g.state} stale={g.stale} />
                    </td>
                    <td className={styles.number}>
                      {g.window.sli === null
                        ? t('slos.unknown')
                        : percent(g.window.sli, 3)}
                    </td>
                    <td className={styles.number}>
                      {g.window.remaining === null
                        ? t('slos.unknown')
                        : percent(g.window.remaining, 1)}
                    </td>
                    <td className={styles.number}>
                      {number(g.window.total, 0)}
                    </td>
                  </tr>
                ))}
              </DataTable>
              <More of={groups} />
            </>
          )
        }
      </Shown>
    </Section>
  );
}
