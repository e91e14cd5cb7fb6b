import type { Schemas } from '@evenkeel/client';
import {
  DataTable,
  LevelWord,
  Nothing,
  StackedBar,
  Sub,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useState } from 'react';

import { evenkeelTranslationRef } from '../translation';
import { CheckLink } from './links';
import { outcomeColors, outcomeWords, outcomes } from './outcomes';
import styles from './scorecards.module.css';

/** The checks that the most services do not pass, with how many. */
export function WorstChecks(props: {
  report: Schemas['ScorecardReport'];
  most: number;
}) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { report, most } = props;
  const [all, setAll] = useState(false);
  const failing = report.checks.filter(c => c.notPassing > 0);
  if (failing.length === 0) {
    return (
      <Nothing title={t('scorecards.report.allPass')}>
        {t('scorecards.report.allPassText')}
      </Nothing>
    );
  }
  return (
    <>
      <DataTable
        caption={t('scorecards.report.worst')}
        head={[
          t('scorecards.report.check'),
          t('scorecards.report.level'),
          t('scorecards.report.notPassing'),
        ]}
      >
        {(all ? failing : failing.slice(0, most)).map(c => (
          <tr key={c.id}>
            <th scope="row">
              <CheckLink scorecard={report.scorecard.slug} check={c.id}>
                {c.title}
              </CheckLink>
              <Sub>{c.category}</Sub>
            </th>
            <td>
              <LevelWord levels={report.levels} level={c.level} />
            </td>
            <td className={styles.worst}>
              <StackedBar
                label={c.title}
                parts={outcomes
                  .filter(of => of !== 'not_applicable')
                  .map(of => ({
                    name: t(outcomeWords[of]),
                    value: c.outcomes[of] ?? 0,
                    color: outcomeColors[of],
                  }))}
              />
              <Sub>
                {t('scorecards.report.of', {
                  notPassing: String(c.notPassing),
                  counting: String(c.counting),
                })}
              </Sub>
            </td>
          </tr>
        ))}
      </DataTable>
      {failing.length > most && (
        <Button size="small" variant="tertiary" onPress={() => setAll(!all)}>
          {all ? t('scorecards.report.few') : t('scorecards.report.all')}
        </Button>
      )}
    </>
  );
}
