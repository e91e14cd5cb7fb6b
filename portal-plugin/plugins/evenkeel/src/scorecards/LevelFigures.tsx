import type { Schemas } from '@evenkeel/client';
import {
  Figures,
  StackedBar,
  levelParts,
  number,
} from '@evenkeel/plugin-evenkeel-react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';

import { evenkeelTranslationRef } from '../translation';
import styles from './scorecards.module.css';

/** Writes a change of points with its sign. */
export function signed(points: number): string {
  const text = number(Math.abs(points), 1);
  if (text === '0') {
    return '±0';
  }
  return `${points < 0 ? '−' : '+'}${text}`;
}

/** How many services are on each level, in numbers and as a bar, and their mean score. */
export function LevelFigures(props: { report: Schemas['ScorecardReport'] }) {
  const { t } = useTranslationRef(evenkeelTranslationRef);
  const { now, levels, change, mostImproved } = props.report;
  const parts = levelParts(levels, now.levels, t('scorecards.level.none'));
  return (
    <div className={styles.stack}>
      <Figures
        figures={[
          ...parts.map(p => ({ name: p.name, value: p.value })),
          {
            name: t('scorecards.report.unscored'),
            value: now.unscored,
            note: t('scorecards.report.unscoredNote'),
          },
          {
            name: t('scorecards.report.score'),
            value:
              now.score === null
                ? t('scorecards.matrix.noScore')
                : `${number(now.score, 0)} %`,
            note:
              change === null
                ? t('scorecards.report.noChange')
                : t('scorecards.report.change', { change: signed(change) }),
          },
          {
            name: t('scorecards.report.improved'),
            value: mostImproved?.slug ?? '—',
            note: mostImproved
              ? t('scorecards.report.improvedNote')
              : t('scorecards.report.noneImproved'),
          },
        ]}
      />
      <StackedBar label={t('scorecards.report.levels')} parts={parts} />
    </div>
  );
}
